import { featureDim } from './fbank.mjs';
import { gaussian } from './random.mjs';
import { tokens } from './vocabulary.mjs';

/** Features are around -8 with a spread of 4: brought to 0 and 1. */
export const featureMean = -8;
export const featureSpread = 4;

/** Convolutions over time, each but the last with a ReLU behind it. `weights[out][kernel][in]`. */
const shapes = [
  { inputs: featureDim, outputs: 48, kernel: 8, stride: 4, dilation: 1 },
  { inputs: 48, outputs: 48, kernel: 5, stride: 1, dilation: 1 },
  { inputs: 48, outputs: 64, kernel: 5, stride: 1, dilation: 2 },
  { inputs: 64, outputs: tokens.length, kernel: 1, stride: 1, dilation: 1 },
];

/** Frames that one output looks at, and frames between two outputs. */
export const receptiveFrames = 8 + 4 * (4 + 8);
export const subsampling = 4;

export function createNetwork(random) {
  return shapes.map((shape) => {
    const fan = shape.inputs * shape.kernel;
    const deviation = Math.sqrt(2 / fan);
    const weights = Float32Array.from({ length: shape.outputs * fan }, () => gaussian(random) * deviation);
    return { ...shape, weights: parameter(weights), bias: parameter(new Float32Array(shape.outputs)) };
  });
}

const parameter = (values) => ({
  values,
  gradient: new Float32Array(values.length),
  mean: new Float32Array(values.length),
  square: new Float32Array(values.length),
});

/** Every layer's output, the features first; `steps` of each. */
export function forward(network, features) {
  let input = Float32Array.from(features, (value) => (value - featureMean) / featureSpread);
  let steps = features.length / featureDim;
  const trace = [{ values: input, steps }];
  for (const [index, layer] of network.entries()) {
    steps = Math.floor((steps - (layer.kernel - 1) * layer.dilation - 1) / layer.stride) + 1;
    input = convolve(layer, input, steps, index < network.length - 1);
    trace.push({ values: input, steps });
  }
  return trace;
}

function convolve({ inputs, outputs, kernel, stride, dilation, weights, bias }, input, steps, rectify) {
  const result = new Float32Array(steps * outputs);
  for (let step = 0; step < steps; step += 1) {
    for (let out = 0; out < outputs; out += 1) {
      let sum = bias.values[out];
      for (let tap = 0; tap < kernel; tap += 1) {
        const from = (step * stride + tap * dilation) * inputs;
        sum += product(weights.values, (out * kernel + tap) * inputs, input, from, inputs);
      }
      result[step * outputs + out] = rectify && sum < 0 ? 0 : sum;
    }
  }
  return result;
}

/** Sums in fours, which a processor does at once. */
function product(one, oneFrom, other, otherFrom, length) {
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  for (let at = 0; at < length; at += 4) {
    first += one[oneFrom + at] * other[otherFrom + at];
    second += one[oneFrom + at + 1] * other[otherFrom + at + 1];
    third += one[oneFrom + at + 2] * other[otherFrom + at + 2];
    fourth += one[oneFrom + at + 3] * other[otherFrom + at + 3];
  }
  return first + second + third + fourth;
}

/** into += values * factor, over `length` numbers. */
function addTimes(into, intoFrom, values, from, length, factor) {
  for (let at = 0; at < length; at += 1) into[intoFrom + at] += factor * values[from + at];
}

/** Adds to the gradients what `slope`, the loss by the last layer's output, says. */
export function backward(network, trace, slope) {
  let current = slope;
  for (let index = network.length - 1; index >= 0; index -= 1) {
    const layer = network[index];
    const input = trace[index].values;
    const before = index > 0 ? new Float32Array(input.length) : undefined;
    spread(layer, input, current, before);
    if (before) for (let at = 0; at < before.length; at += 1) if (input[at] === 0) before[at] = 0;
    current = before;
  }
}

function spread({ inputs, outputs, kernel, stride, dilation, weights, bias }, input, slope, before) {
  const steps = slope.length / outputs;
  for (let step = 0; step < steps; step += 1) {
    for (let out = 0; out < outputs; out += 1) {
      const error = slope[step * outputs + out];
      if (error === 0) continue;
      bias.gradient[out] += error;
      for (let tap = 0; tap < kernel; tap += 1) {
        const from = (step * stride + tap * dilation) * inputs;
        const weight = (out * kernel + tap) * inputs;
        addTimes(weights.gradient, weight, input, from, inputs, error);
        if (before) addTimes(before, from, weights.values, weight, inputs, error);
      }
    }
  }
}

/** One step of Adam by what has been gathered, which is then forgotten. */
export function improve(network, rate, round) {
  for (const { weights, bias } of network) for (const one of [weights, bias]) adam(one, rate, round);
}

function adam({ values, gradient, mean, square }, rate, round) {
  const meanShare = 1 - 0.9 ** round;
  const squareShare = 1 - 0.999 ** round;
  for (let at = 0; at < values.length; at += 1) {
    mean[at] = 0.9 * mean[at] + 0.1 * gradient[at];
    square[at] = 0.999 * square[at] + 0.001 * gradient[at] ** 2;
    values[at] -= (rate * (mean[at] / meanShare)) / (Math.sqrt(square[at] / squareShare) + 1e-8);
    gradient[at] = 0;
  }
}
