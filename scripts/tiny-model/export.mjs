import { body, countSteps } from './body.mjs';
import { featureDim } from './fbank.mjs';
import { receptiveFrames, subsampling } from './network.mjs';
import { model, operation, value } from './onnx.mjs';
import { tokens } from './vocabulary.mjs';

/** Outputs that the streaming model gives at a time: every 160 ms. */
export const stepsAtOnce = 4;
/** Frames that it looks at for them. */
export const windowSize = receptiveFrames + (stepsAtOnce - 1) * subsampling;

/** In the shape of NeMo's streaming CTC models; there is nothing to remember from window to window, so the caches pass through. */
export function streamingModel(network) {
  const { operations, initializers } = body(network);
  const caches = ['channel', 'time'];
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
  return model({
    operations: [
      operation('Transpose', ['features'], ['layer0'], { perm: [0, 2, 1] }),
      ...operations,
      ...countSteps.operations,
    ],
    initializers: [...initializers, ...countSteps.initializers],
    inputs: [value('features', ['batch', 'frames', featureDim]), value('length', ['batch'], 'int64')],
    outputs: [value('scores', ['batch', 'scored', tokens.length]), value('steps', ['batch'], 'int64')],
    metadata: { model_type: 'zipformer2_ctc' },
  });
}
