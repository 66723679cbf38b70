// Makes packages/testkit/models/tiny-voices: a model that tells flite's voices apart, for tests of speaker labels.
//   node scripts/tiny-model/voices.mjs          the same weights every time, by its seed; takes a minute
import { fbank, makeFilters } from './fbank.mjs';
import { floats, model, operation, value } from './onnx.mjs';
import { seededRandom } from './random.mjs';
import { speakPhrases, vary } from './speech.mjs';
import { writeTiny } from './write.mjs';

const random = seededRandom(4);
const phrases = 240;
const takesOfEach = 3;
/** As sherpa-onnx gives to models of speakers. */
const bins = 80;
const filters = makeFilters(bins);
/** Of the variance within a voice: without it the few phrases would be learned by heart. */
const ridge = 0.05;

/** What the network hears of a take: its average spectrum. */
function spectrum(samples) {
  const features = fbank(samples, filters);
  const frames = features.length / bins;
  const sums = new Float64Array(bins);
  for (let at = 0; at < features.length; at += 1) sums[at % bins] += features[at] / frames;
  return sums;
}

const mean = (rows) =>
  Float64Array.from({ length: bins }, (_, at) => rows.reduce((sum, row) => sum + row[at], 0) / rows.length);
const less = (row, other) => row.map((number, at) => number - other[at]);

/** How the rows of each voice vary about their own mean. */
function withinVoices(groups) {
  const matrix = Array.from({ length: bins }, () => new Float64Array(bins));
  const count = groups.flat().length;
  for (const rows of groups) {
    const centre = mean(rows);
    for (const row of rows) {
      const off = less(row, centre);
      for (let i = 0; i < bins; i += 1) for (let j = 0; j < bins; j += 1) matrix[i][j] += (off[i] * off[j]) / count;
    }
  }
  const trace = matrix.reduce((sum, row, at) => sum + row[at], 0);
  for (let at = 0; at < bins; at += 1) matrix[at][at] += (ridge * trace) / bins;
  return matrix;
}

/** x, where matrix · x = right; by Gauss and Jordan. */
function solve(matrix, right) {
  const rows = matrix.map((row, at) => [...row, right[at]]);
  for (let pivot = 0; pivot < bins; pivot += 1) {
    const best = rows.reduce(
      (most, row, at) => (at >= pivot && Math.abs(row[pivot]) > Math.abs(rows[most][pivot]) ? at : most),
      pivot,
    );
    [rows[pivot], rows[best]] = [rows[best], rows[pivot]];
    for (let at = 0; at < bins; at += 1) {
      if (at === pivot) continue;
      const share = rows[at][pivot] / rows[pivot][pivot];
      for (let column = pivot; column <= bins; column += 1) rows[at][column] -= share * rows[pivot][column];
    }
  }
  return rows.map((row, at) => row[bins] / row[at]);
}

/** Fisher's discriminants: a number for each voice, by how much a spectrum is like it. */
function discriminants(groups) {
  const centre = mean(groups.map(mean));
  const within = withinVoices(groups);
  const directions = groups.map((rows) => solve(within, less(mean(rows), centre)));
  return { centre, directions };
}

/** In the shape of WeSpeaker's models: frames of a filter bank give an embedding. */
function network({ centre, directions }) {
  const weights = Float32Array.from(
    { length: bins * directions.length },
    (_, at) => directions[at % directions.length][Math.floor(at / directions.length)],
  );
  return model({
    operations: [
      operation('ReduceMean', ['features'], ['spectrum'], { axes: [1], keepdims: 0 }),
      operation('Sub', ['spectrum', 'centre'], ['own']),
      operation('MatMul', ['own', 'weights'], ['embedding']),
    ],
    initializers: [
      floats('centre', [1, bins], Float32Array.from(centre)),
      floats('weights', [bins, directions.length], weights),
    ],
    inputs: [value('features', ['batch', 'frames', bins])],
    outputs: [value('embedding', ['batch', directions.length])],
    metadata: {
      framework: 'wespeaker',
      language: 'English',
      output_dim: directions.length,
      sample_rate: 16_000,
      normalize_samples: 1,
    },
  });
}

const spectra = { slt: [], rms: [], awb: [] };
for (const phrase of await speakPhrases(random, phrases))
  for (let take = 0; take < takesOfEach; take += 1) spectra[phrase.voice].push(spectrum(vary(random, phrase).samples));
const bytes = network(discriminants(Object.values(spectra)));
writeTiny('tiny-voices', {
  description: { kind: 'speaker-embedding', languages: ['en'] },
  files: { model: ['model.onnx', bytes] },
});
