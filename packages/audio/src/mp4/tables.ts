import { badAudio } from '../errors.ts';
import { fullBox, pickBoxes, required } from './box.ts';
import type { Fields } from './fields.ts';

/** A table of numbers as it stands in its box: nothing is unpacked, so that it takes the memory of its bytes. */
export interface Table {
  readonly length: number;
  at(index: number): number;
}

/** Where the samples of a track lie and how long each lasts (ISO/IEC 14496-12, 8.6.1.2 and 8.7.2 to 8.7.5). */
export interface SampleTables {
  readonly sizes: Table;
  /** Of every sample, if they are all of one size; `sizes` has no entries then. */
  readonly commonSize: number;
  readonly sampleCount: number;
  readonly chunkOffsets: Table;
  /** Pairs: how many samples, and of what duration. */
  readonly durations: Table;
  /** Triples: from which chunk on (the first is 1), how many samples, and their description. */
  readonly chunks: Table;
}

/** Reads the tables of an `stbl`. They are copies, bounded by its bytes. */
export function parseSampleTables(stbl: Uint8Array): SampleTables {
  const boxes = pickBoxes(stbl, 'stts', 'stsc', 'stsz', 'stz2', 'stco', 'co64');
  const plainSizes = boxes.get('stsz');
  const plainOffsets = boxes.get('stco');
  return {
    ...(plainSizes ? parseSizes(plainSizes) : parseCompactSizes(required(boxes.get('stz2'), 'stsz or stz2'))),
    chunkOffsets: plainOffsets
      ? entries(plainOffsets, 'stco', 1)
      : largeOffsets(required(boxes.get('co64'), 'stco or co64')),
    durations: entries(required(boxes.get('stts'), 'stts'), 'stts', 2),
    chunks: entries(required(boxes.get('stsc'), 'stsc'), 'stsc', 3),
  };
}

type Sizes = Pick<SampleTables, 'sizes' | 'commonSize' | 'sampleCount'>;

const noEntries: Table = { length: 0, at: () => 0 };

function parseSizes(body: Uint8Array): Sizes {
  const { fields } = fullBox(body, 'stsz');
  const commonSize = fields.u32();
  const sampleCount = fields.u32();
  const sizes = commonSize > 0 ? noEntries : words(table(fields, sampleCount, 4));
  return { sizes, commonSize, sampleCount };
}

function parseCompactSizes(body: Uint8Array): Sizes {
  const { fields } = fullBox(body, 'stz2');
  const bits = fields.u32() & 0xff;
  const sampleCount = fields.u32();
  if (bits !== 4 && bits !== 8 && bits !== 16) {
    throw badAudio(`The MP4 stream is damaged: sizes of ${bits} bits; expected 4, 8 or 16.`);
  }
  const bytes = table(fields, sampleCount, bits / 8);
  const view = viewOf(bytes);
  const read = {
    4: (index: number) => (index % 2 === 0 ? bytes[index >> 1] >> 4 : bytes[index >> 1] & 15),
    8: (index: number) => bytes[index],
    16: (index: number) => view.getUint16(index * 2),
  };
  return { sizes: { length: sampleCount, at: read[bits] }, commonSize: 0, sampleCount };
}

function entries(body: Uint8Array, type: string, wordsPerEntry: number): Table {
  const { fields } = fullBox(body, type);
  return words(table(fields, fields.u32(), 4 * wordsPerEntry));
}

function largeOffsets(body: Uint8Array): Table {
  const { fields } = fullBox(body, 'co64');
  const view = viewOf(table(fields, fields.u32(), 8));
  return { length: view.byteLength / 8, at: (index) => Number(view.getBigUint64(index * 8)) };
}

/** The bytes of a table, a copy so that the rest of the header need not be kept. Throws for a count without its bytes. */
function table(fields: Fields, count: number, entryBytes: number): Uint8Array {
  return fields.bytes(Math.ceil(count * entryBytes)).slice();
}

function words(bytes: Uint8Array): Table {
  const view = viewOf(bytes);
  return { length: bytes.length / 4, at: (index) => view.getUint32(index * 4) };
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
