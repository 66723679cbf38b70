/**
 * NeMo's filter bank as sherpa-onnx computes it, librosa's (triangles over hertz, on Slaney's scale, of equal area), and how to
 * come from its bins to those that the network was trained on: by the sums of them that come nearest, line by line of the spectrum.
 */
import { filters, rate, size } from './fbank.mjs';

/** Bins: finer than the network's, so that they tell as much. */
export const nemoBins = 80;
const lines = size / 2 + 1;
/** Lets no sum become a difference of large numbers. */
const smoothing = 1e-3;

const linearStep = 200 / 3;
const knee = 1_000 / linearStep;
const logStep = Math.log(6.4) / 27;
const toSlaney = (hertz) => (hertz < 1_000 ? hertz / linearStep : knee + Math.log(hertz / 1_000) / logStep);
const toHertz = (mel) => (mel < knee ? mel * linearStep : 1_000 * Math.exp(logStep * (mel - knee)));

/** Triangles up to `highest` Hz, `nemoBins` rows of weights of the spectrum's lines. */
function triangles(highest) {
  const edge = (index) => toHertz((toSlaney(highest) * index) / (nemoBins + 1));
  return Array.from({ length: nemoBins }, (_, bin) => {
    const [left, centre, right] = [edge(bin), edge(bin + 1), edge(bin + 2)];
    return Float64Array.from({ length: lines }, (_none, line) => {
      const hertz = (line * rate) / size;
      const height = Math.min((hertz - left) / (centre - left), (right - hertz) / (right - centre));
      return (Math.max(0, height) * 2) / (right - left);
    });
  });
}

const product = (one, other) => one.reduce((sum, value, index) => sum + value * other[index], 0);

/** [nemoBins][featureDim]: energies of NeMo's bins up to `highest` Hz, multiplied by it, are about those of the network's, `gain` times. */
export function toTrained(highest, gain = 1) {
  const rows = triangles(highest);
  const wanted = filters.map(({ first, weights }) =>
    Float64Array.from({ length: lines }, (_, line) => gain * (weights[line - first] ?? 0)),
  );
  const overlap = rows.map((row) => rows.map((other) => product(row, other)));
  const sizeOfAll = overlap.reduce((sum, row, index) => sum + row[index], 0) / nemoBins;
  for (const [index, row] of overlap.entries()) row[index] += smoothing * sizeOfAll;
  const solved = solve(
    overlap,
    rows.map((row) => wanted.map((want) => product(row, want))),
  );
  return Float32Array.from(solved.flat());
}

/** X of matrix · X = right, by Gauss and Jordan; `matrix` is symmetric and positive. */
function solve(matrix, right) {
  const rows = matrix.map((row, index) => [...row, ...right[index]]);
  for (const [index, row] of rows.entries()) {
    const pivot = row[index];
    for (let at = 0; at < row.length; at += 1) row[at] /= pivot;
    for (const other of rows) {
      if (other === row) continue;
      const factor = other[index];
      for (let at = 0; at < row.length; at += 1) other[at] -= factor * row[at];
    }
  }
  return rows.map((row) => row.slice(matrix.length));
}
