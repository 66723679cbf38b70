/**
 * The trained network as a streaming Paraformer. The library stacks frames, scales them, adds positions, and keeps stacks of the chunk
 * before; the encoder takes them apart again. Where a token begins, its weight is 1: there the library fires.
 */
import { body } from './body.mjs';
import { featureDim } from './fbank.mjs';
import { receptiveFrames, subsampling } from './network.mjs';
import { castTo, floats, integers, model, operation, value } from './onnx.mjs';
import { onsets } from './transducer.mjs';
import { tokens } from './vocabulary.mjs';

const size = tokens.length;
/** What the library gives at once: 61 frames as stacks, one every 12 frames, and behind 8 of them from before. */
const stackShift = 12;
const stackSize = stackShift + 1;
const stacks = 5 + 8;
const frames = stacks * stackShift;
/** Steps that the library counts for the chunk before and the one behind; it looks at those between, which are a chunk. */
const stepsBefore = 5;
const stepsBehind = 3;
const stepsInChunk = (5 * stackShift) / subsampling;
/** As late as the frames allow: nothing is waited for. */
const firstFrame = frames - receptiveFrames - (stepsBefore + stepsInChunk - 1) * subsampling;

/** Large, so that the positions that the library adds are next to nothing. */
const spread = 10_000;
/** Samples come as 16-bit numbers: their energy's logarithm is so much more. And what the library puts before the first chunk is a mean frame. */
const louder = 2 * Math.log(32_768);
const mean = louder - 8;

const single = (name, place) => integers(name, [place]);
const constant = (name, number) => floats(name, [1], Float32Array.of(number));

export function paraformerEncoder(network) {
  const { operations, initializers } = body(network);
  const unstack = [
    operation('Reshape', ['heard', 'apart'], ['stacked']),
    operation('Slice', ['stacked', 'zero', 'shift', 'two'], ['once']),
    operation('Reshape', ['once', 'inRow'], ['all']),
    operation('Slice', ['all', 'firstFrame', 'lastFrame', 'one'], ['scaled']),
    operation('Mul', ['scaled', 'narrow'], ['narrowed']),
    operation('Add', ['narrowed', 'offset'], ['features']),
    operation('Transpose', ['features'], ['layer0'], { perm: [0, 2, 1] }),
  ];
  const begins = onsets('said');
  const weigh = [
    operation('Exp', ['scores'], ['likely']),
    operation('Pad', ['likely', 'later'], ['before']),
    ...begins.operations,
    operation('Slice', ['said', 'one', 'end', 'two'], ['words']),
    operation('ReduceMax', ['words'], ['best'], { axes: [2], keepdims: 0 }),
    operation('Slice', ['said', 'zero', 'one', 'two'], ['blank']),
    operation('Squeeze', ['blank', 'two'], ['silence']),
    operation('Greater', ['best', 'silence'], ['isWord']),
    operation('Cast', ['isWord'], ['weight'], castTo('float')),
    operation('Pad', ['weight', 'behindWeight'], ['weights']),
    operation('Pad', ['said', 'behind'], ['spoken']),
    operation('Identity', ['length'], ['steps']),
  ];
  return model({
    operations: [...unstack, ...operations, ...weigh],
    initializers: [
      ...initializers,
      ...begins.initializers,
      integers('apart', [1, stacks, stackSize, featureDim]),
      integers('inRow', [1, frames, featureDim]),
      ...[0, 1, 2].map((place, index) => single(['zero', 'one', 'two'][index], place)),
      single('shift', stackShift),
      single('firstFrame', firstFrame),
      single('lastFrame', frames),
      single('end', size),
      integers('later', [0, 1, 0, 0, -1, 0]),
      integers('behind', [0, 0, 0, 0, stepsBehind, 0]),
      integers('behindWeight', [0, 0, 0, stepsBehind]),
      constant('narrow', 1 / (spread * Math.sqrt(size))),
      constant('offset', mean - louder),
    ],
    inputs: [value('heard', [1, stacks, stackSize * featureDim]), value('length', [1], 'int32')],
    outputs: [value('spoken', [1, 'steps', size]), value('steps', [1], 'int32'), value('weights', [1, 'steps'])],
    metadata: {
      vocab_size: size,
      lfr_window_size: stackSize,
      lfr_window_shift: stackShift,
      encoder_output_size: size,
      decoder_num_blocks: 1,
      decoder_kernel_size: 2,
      neg_mean: Array(stackSize * featureDim)
        .fill(-mean)
        .join(','),
      inv_stddev: Array(stackSize * featureDim)
        .fill(spread)
        .join(','),
    },
  });
}

/** What fired is a token: the likeliest. */
export const paraformerDecoder = () =>
  model({
    operations: [
      operation('Identity', ['fired'], ['logits']),
      operation('ArgMax', ['fired'], ['ids'], { axis: 2, keepdims: 0 }),
      operation('Identity', ['cache'], ['nextCache']),
    ],
    initializers: [],
    inputs: [
      value('spoken', [1, 'steps', size]),
      value('length', [1], 'int32'),
      value('fired', [1, 'tokens', size]),
      value('count', [1], 'int32'),
      value('cache', [1, size, 1]),
    ],
    outputs: [
      value('logits', [1, 'tokens', size]),
      value('ids', [1, 'tokens'], 'int64'),
      value('nextCache', [1, size, 1]),
    ],
    metadata: {},
  });
