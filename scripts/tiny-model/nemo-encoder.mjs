/**
 * The trained network as the encoder of NeMo's transducers, whose blank is behind all tokens. It brings their features to those that the
 * network knows.
 */
import { countSteps } from './body.mjs';
import { stepsAtOnce, windowSize } from './export.mjs';
import { featureDim } from './fbank.mjs';
import { nemoBins, toTrained } from './nemo-features.mjs';
import { subsampling } from './network.mjs';
import { floats, integers, model, operation, value } from './onnx.mjs';
import { onsets, probabilities } from './transducer.mjs';
import { tokens } from './vocabulary.mjs';

const size = tokens.length;
/** Kaldi's Povey window lets so much more through than Hann's. */
const windowGain = 1.07;

/** From `heard`, NeMo's features (batch, bins, frames), to `features`, the network's (batch, frames, bins). */
const front = (weights) => ({
  operations: [
    operation('Transpose', ['heard'], ['heardFrames'], { perm: [0, 2, 1] }),
    operation('Exp', ['heardFrames'], ['energies']),
    operation('MatMul', ['energies', 'mixing'], ['mixed']),
    operation('Max', ['mixed', 'quietest'], ['audible']),
    operation('Log', ['audible'], ['features']),
  ],
  initializers: [floats('mixing', [nemoBins, featureDim], weights), floats('quietest', [1], Float32Array.of(2 ** -23))],
});

/**
 * sherpa-onnx asks a streaming transducer of this kind for more tokens of the same step until it says blank: so a step has one token
 * beside the blank, and the decoder lets none follow itself. From `all` to `said`.
 */
const onlyOne = {
  operations: [
    operation('ReduceMax', ['all'], ['best'], { axes: [2], keepdims: 1 }),
    operation('Sub', ['all', 'best'], ['behind']),
    operation('Mul', ['behind', 'apart'], ['farBehind']),
    operation('Add', ['all', 'farBehind'], ['said']),
  ],
  initializers: [
    floats(
      'apart',
      [size],
      Float32Array.from(tokens, (_, token) => (token === 0 ? 0 : 100)),
    ),
  ],
};

/** From `said` to `spoken` (batch, tokens, steps), the blank last. */
const back = {
  operations: [
    operation('Gather', ['said', 'order'], ['ordered'], { axis: 2 }),
    operation('Transpose', ['ordered'], ['spoken'], { perm: [0, 2, 1] }),
  ],
  initializers: [integers('order', [...tokens.keys()].slice(1).concat(0))],
};

const common = {
  vocab_size: size - 1,
  subsampling_factor: subsampling,
  normalize_type: 'NA',
  pred_rnn_layers: 1,
  pred_hidden: 1,
};

/** `channel` is the last step's probabilities; the other caches pass through. */
export function nemoStreamingEncoder(network) {
  const parts = [front(toTrained(8_000, windowGain)), probabilities(network), onsets('all'), onlyOne, back];
  const before = [
    operation('Squeeze', ['channel', 'first'], ['earlier']),
    operation('Slice', ['likely', 'begin', 'last', 'second'], ['earlierHere']),
    operation('Concat', ['earlier', 'earlierHere'], ['before'], { axis: 1 }),
    operation('Slice', ['likely', 'last', 'end', 'second'], ['latest']),
    operation('Unsqueeze', ['latest', 'first'], ['nextChannel']),
    operation('Identity', ['time'], ['nextTime']),
    operation('Identity', ['filled'], ['nextFilled']),
    operation('Identity', ['length'], ['nextLength']),
  ];
  const places = { first: 1, begin: 0, last: stepsAtOnce - 1, end: stepsAtOnce, second: 1 };
  const caches = (channel, time, filled) => [
    value(channel, ['batch', 1, 1, size]),
    value(time, ['batch', 1, 1, 1]),
    value(filled, ['batch'], 'int64'),
  ];
  return model({
    operations: [
      ...parts.slice(0, 2).flatMap((part) => part.operations),
      ...before,
      ...parts.slice(2).flatMap((part) => part.operations),
    ],
    initializers: [
      ...parts.flatMap((part) => part.initializers),
      ...Object.entries(places).map(([name, place]) => integers(name, [place])),
    ],
    inputs: [
      value('heard', ['batch', nemoBins, windowSize]),
      value('length', ['batch'], 'int64'),
      ...caches('channel', 'time', 'filled'),
    ],
    outputs: [
      value('spoken', ['batch', size, stepsAtOnce]),
      value('nextLength', ['batch'], 'int64'),
      ...caches('nextChannel', 'nextTime', 'nextFilled'),
    ],
    metadata: {
      ...common,
      window_size: windowSize,
      chunk_shift: stepsAtOnce * subsampling,
      ...Object.fromEntries(
        ['channel', 'time'].flatMap((cache) =>
          [1, 2, 3].map((dim) => [`cache_last_${cache}_dim${dim}`, cache === 'channel' && dim === 3 ? size : 1]),
        ),
      ),
    },
  });
}

export function nemoOfflineEncoder(network) {
  const parts = [front(toTrained(7_600)), probabilities(network), onsets('said'), back, countSteps];
  const before = operation('Pad', ['likely', 'later'], ['before']);
  return model({
    operations: [
      ...parts.slice(0, 2).flatMap((part) => part.operations),
      before,
      ...parts.slice(2).flatMap((part) => part.operations),
    ],
    initializers: [...parts.flatMap((part) => part.initializers), integers('later', [0, 1, 0, 0, -1, 0])],
    inputs: [value('heard', ['batch', nemoBins, 'frames']), value('length', ['batch'], 'int64')],
    outputs: [value('spoken', ['batch', size, 'scored']), value('steps', ['batch'], 'int64')],
    // By its address the library knows one with durations.
    metadata: { ...common, url: 'tdt' },
  });
}
