/** What follows which token, as the decoder and the joiner of NeMo's transducers: with states, which pass through. */
import { floats, integers, model, operation, value } from './onnx.mjs';
import { unlikely } from './transducer.mjs';
import { mayFollow, tokens } from './vocabulary.mjs';

/** The blank is the last one. */
export const nemoTokens = [...tokens.slice(1), ...tokens.slice(0, 1)];
const size = tokens.length;
const impossible = -100;
/** Frames that a token-and-duration transducer may go on by: this one always says 1. */
const durations = 5;

/** `repeats`: whether a token may follow itself. */
export function nemoDecoder({ repeats }) {
  const number = (index) => (index + 1) % size;
  const penalty = (before, token) => {
    if (before === token && token !== 0 && !repeats) return impossible;
    return mayFollow(before, token) ? 0 : unlikely;
  };
  const table = Float32Array.from({ length: size * size }, (_, index) =>
    penalty(number(Math.floor(index / size)), number(index % size)),
  );
  const states = (prefix) => ['hidden', 'cell'].map((name) => value(`${prefix}${name}`, [1, 'batch', 1]));
  return model({
    operations: [
      operation('Gather', ['table', 'targets'], ['rows'], { axis: 0 }),
      operation('Transpose', ['rows'], ['expected'], { perm: [0, 2, 1] }),
      ...['length', 'hidden', 'cell'].map((name) => operation('Identity', [name], [`next_${name}`])),
    ],
    initializers: [floats('table', [size, size], table)],
    inputs: [value('targets', ['batch', 1], 'int32'), value('length', ['batch'], 'int32'), ...states('')],
    outputs: [value('expected', ['batch', size, 1]), value('next_length', ['batch'], 'int32'), ...states('next_')],
    metadata: {},
  });
}

const logits = [
  operation('Add', ['spoken', 'expected'], ['sum']),
  operation('Transpose', ['sum'], ['across'], { perm: [0, 2, 1] }),
];
const joinerInputs = ['spoken', 'expected'].map((name) => value(name, ['batch', size, 1]));

export const nemoJoiner = () =>
  model({
    operations: [...logits, operation('Unsqueeze', ['across', 'first'], ['logits'])],
    initializers: [integers('first', [1])],
    inputs: joinerInputs,
    outputs: [value('logits', ['batch', 1, 1, size])],
    metadata: {},
  });

/** With durations behind the tokens, as of Parakeet TDT. */
export const nemoDurationJoiner = () =>
  model({
    operations: [
      ...logits,
      operation('Slice', ['across', 'begin', 'durations', 'third'], ['some']),
      operation('Mul', ['some', 'nothing'], ['zeros']),
      operation('Add', ['zeros', 'one'], ['goesOn']),
      operation('Concat', ['across', 'goesOn'], ['all'], { axis: 2 }),
      operation('Unsqueeze', ['all', 'first'], ['logits']),
    ],
    initializers: [
      ...Object.entries({ begin: 0, durations, third: 2, first: 1 }).map(([name, place]) => integers(name, [place])),
      floats('nothing', [1], new Float32Array(1)),
      floats(
        'one',
        [durations],
        Float32Array.from({ length: durations }, (_, frames) => (frames === 1 ? 1 : 0)),
      ),
    ],
    inputs: joinerInputs,
    outputs: [value('logits', ['batch', 1, 1, size + durations])],
    metadata: {},
  });
