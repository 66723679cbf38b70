/** Just enough of ONNX's protocol buffers to write a small model: field numbers as in onnx.proto. */

const types = { float: 1, int32: 6, int64: 7 };
/** What `Cast` casts to, as its attribute `to`. */
export const castTo = (type) => ({ to: types[type] });

function varint(value) {
  const bytes = [];
  let rest = BigInt(value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}

const number = (field, value) => Buffer.concat([varint(field << 3), varint(value)]);

function block(field, content) {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
}

const blocks = (field, contents) => Buffer.concat(contents.map((content) => block(field, content)));
const numbers = (field, values) => Buffer.concat(values.map((value) => number(field, value)));

export const floats = (name, dims, values) =>
  tensor(name, dims, types.float, Buffer.from(values.buffer, values.byteOffset, values.byteLength));
export const integers = (name, values) =>
  tensor(name, [values.length], types.int64, Buffer.from(BigInt64Array.from(values, BigInt).buffer));

const tensor = (name, dims, type, raw) =>
  Buffer.concat([numbers(1, dims), number(2, type), block(8, name), block(9, raw)]);

/** An operation; `attributes` are numbers or lists of numbers. */
export function operation(kind, inputs, outputs, attributes = {}) {
  const written = Object.entries(attributes).map(([name, value]) =>
    Array.isArray(value)
      ? Buffer.concat([block(1, name), numbers(8, value), number(20, 7)])
      : Buffer.concat([block(1, name), number(3, value), number(20, 2)]),
  );
  return Buffer.concat([blocks(1, inputs), blocks(2, outputs), block(4, kind), blocks(5, written)]);
}

/** `dims`: numbers, or names where any size goes. */
export const value = (name, dims, type = 'float') => {
  const shape = dims.map((dim) => (typeof dim === 'number' ? number(1, dim) : block(2, dim)));
  const what = Buffer.concat([number(1, types[type]), block(2, blocks(1, shape))]);
  return Buffer.concat([block(1, name), block(2, block(1, what))]);
};

export function model({ operations, initializers, inputs, outputs, metadata }) {
  const graph = Buffer.concat([
    blocks(1, operations),
    block(2, 'tiny'),
    blocks(5, initializers),
    blocks(11, inputs),
    blocks(12, outputs),
  ]);
  const notes = Object.entries(metadata).map(([key, text]) => Buffer.concat([block(1, key), block(2, String(text))]));
  return Buffer.concat([
    number(1, 8),
    block(2, 'live-transcribe'),
    block(7, graph),
    block(8, Buffer.concat([block(1, ''), number(2, 13)])),
    blocks(14, notes),
  ]);
}

/** To be put behind a model's bytes: more of its graph. Protocol buffers join what comes twice. */
export const addition = ({ operations, initializers, outputs }) =>
  block(7, Buffer.concat([blocks(1, operations), blocks(5, initializers), blocks(12, outputs)]));
