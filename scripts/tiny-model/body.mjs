import { featureMean, featureSpread, receptiveFrames, subsampling } from './network.mjs';
import { floats, integers, operation } from './onnx.mjs';

/** The convolutions from `layer0` (batch, bins, frames) to `scores` (batch, steps, tokens), logarithms of probabilities. */
export function body(network) {
  const operations = [];
  const initializers = [];
  for (const [index, layer] of network.entries()) {
    const { inputs, outputs, kernel, stride, dilation } = layer;
    const { weights, bias } =
      index === 0 ? withoutNormalisation(layer) : { weights: layer.weights.values, bias: layer.bias.values };
    initializers.push(floats(`weights${index}`, [outputs, inputs, kernel], inOrder(weights, layer)));
    initializers.push(floats(`bias${index}`, [outputs], bias));
    const isLast = index === network.length - 1;
    const sum = isLast ? 'sums' : `sum${index}`;
    const shape = { kernel_shape: [kernel], strides: [stride], dilations: [dilation] };
    operations.push(operation('Conv', [`layer${index}`, `weights${index}`, `bias${index}`], [sum], shape));
    if (!isLast) operations.push(operation('Relu', [sum], [`layer${index + 1}`]));
  }
  operations.push(operation('Transpose', ['sums'], ['logits'], { perm: [0, 2, 1] }));
  operations.push(operation('LogSoftmax', ['logits'], ['scores'], { axis: 2 }));
  return { operations, initializers };
}

/** The first layer for features as they come: what brings them to 0 and 1 is put into its weights. */
function withoutNormalisation({ weights, bias, outputs }) {
  const fan = weights.values.length / outputs;
  return {
    weights: weights.values.map((weight) => weight / featureSpread),
    bias: bias.values.map((constant, out) => {
      const row = weights.values.subarray(out * fan, (out + 1) * fan);
      return constant - (row.reduce((sum, weight) => sum + weight, 0) * featureMean) / featureSpread;
    }),
  };
}

/** From [out][kernel][in] to ONNX's [out][in][kernel]. */
function inOrder(weights, { inputs, outputs, kernel }) {
  const ordered = new Float32Array(weights.length);
  for (let out = 0; out < outputs; out += 1)
    for (let tap = 0; tap < kernel; tap += 1)
      for (let at = 0; at < inputs; at += 1)
        ordered[(out * inputs + at) * kernel + tap] = weights[(out * kernel + tap) * inputs + at];
  return ordered;
}

/** Of how many steps a stretch of `length` frames has scores: `steps`. */
export const countSteps = {
  operations: [
    operation('Sub', ['length', 'reach'], ['beyond']),
    operation('Div', ['beyond', 'every'], ['whole']),
    operation('Add', ['whole', 'first'], ['steps']),
  ],
  initializers: [integers('reach', [receptiveFrames]), integers('every', [subsampling]), integers('first', [1])],
};
