import { featureDim } from './fbank.mjs';
import { featureMean, featureSpread, receptiveFrames, subsampling } from './network.mjs';
import { floats, integers, model, operation, value } from './onnx.mjs';
import { tokens } from './vocabulary.mjs';

/** Outputs that the streaming model gives at a time: every 160 ms. */
const stepsAtOnce = 4;

/** The convolutions from `layer0` (batch, bins, frames) to `scores` (batch, steps, tokens). */
function body(network) {
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

/** In the shape of NeMo's streaming CTC models; there is nothing to remember from window to window, so the caches pass through. */
export function streamingModel(network) {
  const { operations, initializers } = body(network);
  const caches = ['channel', 'time'];
  const windowSize = receptiveFrames + (stepsAtOnce - 1) * subsampling;
  const same = (name) => operation('Identity', [name], [`next_${name}`]);
  const cache = (prefix) => caches.map((name) => value(`${prefix}${name}`, ['batch', 1, 1, 1]));
  const dims = Object.fromEntries(
    caches.flatMap((name) => [1, 2, 3].map((dim) => [`cache_last_${name}_dim${dim}`, 1])),
  );
  return model({
    operations: [...operations, ...['length', ...caches, 'filled'].map(same)],
    initializers,
    inputs: [
      value('layer0', ['batch', featureDim, windowSize]),
      value('length', ['batch'], 'int64'),
      ...cache(''),
      value('filled', ['batch'], 'int64'),
    ],
    outputs: [
      value('scores', ['batch', stepsAtOnce, tokens.length]),
      value('next_length', ['batch'], 'int64'),
      ...cache('next_'),
      value('next_filled', ['batch'], 'int64'),
    ],
    metadata: {
      window_size: windowSize,
      chunk_shift: stepsAtOnce * subsampling,
      subsampling_factor: subsampling,
      vocab_size: tokens.length - 1,
      ...dims,
    },
  });
}

/** The same network for a stretch as a whole, in the shape of icefall's offline Zipformer CTC models. */
export function offlineModel(network) {
  const { operations, initializers } = body(network);
  const steps = [
    operation('Sub', ['length', 'reach'], ['beyond']),
    operation('Div', ['beyond', 'every'], ['whole']),
    operation('Add', ['whole', 'first'], ['steps']),
  ];
  return model({
    operations: [operation('Transpose', ['features'], ['layer0'], { perm: [0, 2, 1] }), ...operations, ...steps],
    initializers: [
      ...initializers,
      integers('reach', [receptiveFrames]),
      integers('every', [subsampling]),
      integers('first', [1]),
    ],
    inputs: [value('features', ['batch', 'frames', featureDim]), value('length', ['batch'], 'int64')],
    outputs: [value('scores', ['batch', 'scored', tokens.length]), value('steps', ['batch'], 'int64')],
    metadata: { model_type: 'zipformer2_ctc' },
  });
}
