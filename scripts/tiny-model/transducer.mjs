/**
 * The trained network as a transducer. What connectionist temporal classification says once for a row of steps, a transducer
 * must say at the first of them: the encoder gives what is repeated from the step before to the blank. The decoder knows which
 * token may follow which; the joiner adds both.
 */
import { body, countSteps } from './body.mjs';
import { stepsAtOnce, windowSize } from './export.mjs';
import { featureDim } from './fbank.mjs';
import { subsampling } from './network.mjs';
import { floats, integers, model, operation, value } from './onnx.mjs';
import { mayFollow, tokens } from './vocabulary.mjs';

const size = tokens.length;
/** Tokens before, that the decoder is given, as by icefall's models; it looks at the last one. */
const contextSize = 2;
/** What a token loses where it may not stand, as a logarithm. */
export const unlikely = -4;
/** So that there is a logarithm of what is impossible. */
const least = 1e-5;

/** From the probabilities `likely`, and `before`, those one step earlier, to logarithms of each token where it begins. */
export const onsets = (into) => ({
  operations: [
    operation('Mul', ['likely', 'before'], ['repeated']),
    operation('MatMul', ['repeated', 'toBlank'], ['moved']),
    operation('Add', ['likely', 'moved'], ['exact']),
    operation('Relu', ['exact'], ['rounded']),
    operation('Add', ['rounded', 'least'], ['possible']),
    operation('Log', ['possible'], [into]),
  ],
  initializers: [floats('toBlank', [size, size], repetitionsToBlank()), floats('least', [1], Float32Array.of(least))],
});

const said = onsets('said');

function repetitionsToBlank() {
  const matrix = new Float32Array(size * size);
  for (let token = 1; token < size; token += 1) {
    matrix[token * size + token] = -1;
    matrix[token * size] = 1;
  }
  return matrix;
}

/** From `features` (batch, frames, bins) to `likely`. */
export function probabilities(network) {
  const { operations, initializers } = body(network);
  const first = operation('Transpose', ['features'], ['layer0'], { perm: [0, 2, 1] });
  return { operations: [first, ...operations, operation('Exp', ['scores'], ['likely'])], initializers };
}

/** In the shape of icefall's streaming LSTM transducers; `hidden` is the last step's probabilities, and `cell` passes through. */
export function streamingEncoder(network) {
  const { operations, initializers } = probabilities(network);
  const before = [
    operation('Transpose', ['hidden'], ['earlier'], { perm: [1, 0, 2] }),
    operation('Slice', ['likely', 'begin', 'last', 'steps'], ['earlierHere']),
    operation('Concat', ['earlier', 'earlierHere'], ['before'], { axis: 1 }),
    operation('Slice', ['likely', 'last', 'end', 'steps'], ['latest']),
    operation('Transpose', ['latest'], ['nextHidden'], { perm: [1, 0, 2] }),
    operation('Identity', ['cell'], ['nextCell']),
  ];
  const places = [
    integers('begin', [0]),
    integers('last', [stepsAtOnce - 1]),
    integers('end', [stepsAtOnce]),
    integers('steps', [1]),
  ];
  return model({
    operations: [...operations, ...before, ...said.operations],
    initializers: [...initializers, ...places, ...said.initializers],
    inputs: [
      value('features', ['batch', windowSize, featureDim]),
      value('hidden', [1, 'batch', size]),
      value('cell', [1, 'batch', 1]),
    ],
    outputs: [
      value('said', ['batch', stepsAtOnce, size]),
      value('nextHidden', [1, 'batch', size]),
      value('nextCell', [1, 'batch', 1]),
    ],
    metadata: {
      model_type: 'lstm',
      num_encoder_layers: 1,
      T: windowSize,
      decode_chunk_len: stepsAtOnce * subsampling,
      d_model: size,
      rnn_hidden_size: 1,
    },
  });
}

/** The same for a stretch as a whole, in the shape of icefall's offline transducers. */
export function offlineEncoder(network) {
  const { operations, initializers } = probabilities(network);
  const before = [
    // One step of nothing before the first, and without the last.
    operation('Pad', ['likely', 'later'], ['before']),
  ];
  return model({
    operations: [...operations, ...before, ...said.operations, ...countSteps.operations],
    initializers: [
      ...initializers,
      integers('later', [0, 1, 0, 0, -1, 0]),
      ...said.initializers,
      ...countSteps.initializers,
    ],
    inputs: [value('features', ['batch', 'frames', featureDim]), value('length', ['batch'], 'int64')],
    outputs: [value('said', ['batch', 'scored', size]), value('steps', ['batch'], 'int64')],
    metadata: { model_type: 'zipformer2' },
  });
}

export function decoder() {
  const table = Float32Array.from({ length: size * size }, (_, index) =>
    mayFollow(Math.floor(index / size), index % size) ? 0 : unlikely,
  );
  return model({
    operations: [
      operation('Slice', ['context', 'last', 'end', 'second'], ['token']),
      operation('Gather', ['table', 'token'], ['row'], { axis: 0 }),
      operation('Squeeze', ['row', 'second'], ['expected']),
    ],
    initializers: [
      floats('table', [size, size], table),
      integers('last', [contextSize - 1]),
      integers('end', [contextSize]),
      integers('second', [1]),
    ],
    inputs: [value('context', ['batch', contextSize], 'int64')],
    outputs: [value('expected', ['batch', size])],
    metadata: { vocab_size: size, context_size: contextSize },
  });
}

export const joiner = () =>
  model({
    operations: [operation('Add', ['said', 'expected'], ['logits'])],
    initializers: [],
    inputs: [value('said', ['batch', size]), value('expected', ['batch', size])],
    outputs: [value('logits', ['batch', size])],
    metadata: { joiner_dim: size },
  });
