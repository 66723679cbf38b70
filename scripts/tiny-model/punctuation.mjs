// Makes packages/testkit/models/tiny-punctuation-*: models of no learning, whose marks follow from the words, for tests.
//   node scripts/tiny-model/punctuation.mjs
import { castTo, floats, integers, model, operation, value } from './onnx.mjs';
import { tokens as heard } from './vocabulary.mjs';
import { writeTiny } from './write.mjs';

const words = heard.filter((token) => token.startsWith('▁')).map((token) => token.slice(1));
const letters = Array.from('abcdefghijklmnopqrstuvwxyz');
const strong = 10;

/** One row for each token, all zero but where `entries` ([token, column]) say otherwise. */
function table(tokens, columns, entries) {
  const values = new Float32Array(tokens.length * columns);
  for (const [token, column] of entries) values[tokens.indexOf(token) * columns + column] = strong;
  return values;
}

const row = (columns, column, weight) =>
  Float32Array.from({ length: columns }, (_, at) => (at === column ? weight : 0));

/**
 * In the shape of sherpa-onnx's online punctuation: words of pieces, of which `valid` are the first ones, give a row of case and
 * one of marks for each word. The first word has a capital, the last one a full stop, unless the tables say something stronger.
 */
function cnnBilstm() {
  const unknown = '<unk>';
  const pieces = [unknown, '<s>', '</s>', ...words.map((word) => `▁${word}`), '▁', ...letters, 'ty'];
  const marks = { comma: 1, period: 2, question: 3 };
  const cases = { upper: 1, capital: 2 };
  const markTable = table(pieces, 4, [
    ['▁hello', marks.comma],
    ['▁right', marks.question],
  ]);
  const caseTable = table(pieces, 4, [
    ['▁left', cases.capital],
    ['▁zero', cases.upper],
  ]);
  const end = pieces.indexOf('</s>');
  const at = (input, name) => [
    operation('GatherND', ['tokens', input], [`${name}32`]),
    operation('Cast', [`${name}32`], [name], castTo('int64')),
  ];
  const bytes = model({
    operations: [
      operation('Cast', ['tokens'], ['tokens64'], castTo('int64')),
      operation('Greater', ['tokens64', 'end'], ['isPiece']),
      operation('Cast', ['isPiece'], ['piece'], castTo('int32')),
      operation('Mul', ['piece', 'valid'], ['begins']),
      operation('NonZero', ['begins'], ['found']),
      operation('Transpose', ['found'], ['places'], { perm: [1, 0] }),
      operation('Add', ['places', 'next'], ['behind']),
      ...at('places', 'token'),
      ...at('behind', 'follower'),
      operation('Gather', ['places', 'second'], ['column'], { axis: 1 }),
      operation('Equal', ['column', 'one'], ['isFirst']),
      operation('Cast', ['isFirst'], ['first'], castTo('float')),
      operation('Unsqueeze', ['follower', 'one'], ['followers']),
      operation('Equal', ['followers', 'end'], ['isLast']),
      operation('Cast', ['isLast'], ['last'], castTo('float')),
      operation('Gather', ['caseTable', 'token'], ['ownCase']),
      operation('Gather', ['markTable', 'token'], ['ownMark']),
      operation('Mul', ['first', 'capital'], ['firstCase']),
      operation('Mul', ['last', 'period'], ['lastMark']),
      operation('Add', ['ownCase', 'firstCase'], ['cases']),
      operation('Add', ['ownMark', 'lastMark'], ['marks']),
    ],
    initializers: [
      integers('end', [end]),
      integers('next', [0, 1]),
      integers('second', [1]),
      integers('one', [1]),
      floats('caseTable', [pieces.length, 4], caseTable),
      floats('markTable', [pieces.length, 4], markTable),
      floats('capital', [1, 4], row(4, cases.capital, 1)),
      floats('period', [1, 4], row(4, marks.period, 1)),
    ],
    inputs: [
      value('tokens', ['batch', 200], 'int32'),
      value('valid', ['batch', 200], 'int32'),
      value('lengths', ['batch'], 'int32'),
    ],
    outputs: [value('cases', ['words', 4]), value('marks', ['words', 4])],
    metadata: { COMMA: 1, PERIOD: 2, QUESTION: 3, UPPER: 1, CAP: 2, MIX_CASE: 3 },
  });
  const vocabulary = pieces.map((piece, index) => `${piece}\t${-index}\n`).join('');
  return { bytes, vocabulary };
}

/** In the shape of sherpa-onnx's CT transformer: a row of marks for each sign, or for each word of Latin letters. */
function ctTransformer() {
  const signs = Array.from('你好吗我很谢是的');
  const tokens = ['<unk>', ...words, ...signs];
  const punctuations = ['<unk>', '_', '，', '。', '？', '、'];
  const quiet = tokens.map((token) => [token, punctuations.indexOf('_')]);
  const markTable = table(tokens, punctuations.length, quiet);
  const say = (token, mark) => {
    markTable[tokens.indexOf(token) * punctuations.length + punctuations.indexOf(mark)] = 2 * strong;
  };
  for (const token of ['hello', '好', '是']) say(token, '，');
  for (const token of ['stop', '的']) say(token, '。');
  for (const token of ['right', '吗']) say(token, '？');
  return model({
    operations: [operation('Gather', ['markTable', 'tokens'], ['marks'])],
    initializers: [floats('markTable', [tokens.length, punctuations.length], markTable)],
    inputs: [value('tokens', ['batch', 'signs'], 'int32'), value('length', ['batch'], 'int32')],
    outputs: [value('marks', ['batch', 'signs', punctuations.length])],
    metadata: {
      tokens: tokens.join('|'),
      vocab_size: tokens.length,
      punctuations: punctuations.join('|'),
      unk_symbol: '<unk>',
    },
  });
}

const { bytes, vocabulary } = cnnBilstm();
writeTiny('tiny-punctuation-en', {
  description: { kind: 'punctuation-cnn-bilstm', languages: ['en'] },
  files: { model: ['model.onnx', bytes], vocabulary: ['bpe.vocab', vocabulary] },
});
writeTiny('tiny-punctuation-zh-en', {
  description: { kind: 'punctuation-ct-transformer', languages: ['zh', 'en'] },
  files: { model: ['model.onnx', ctTransformer()] },
});
