/** Writes Ogg by hand (RFC 3533), well-formed or not, and headers of what lies in it. */
import { flacStart } from './flac.ts';
import { concatBytes, text } from './matroska.ts';

const littleEndian = (value: number, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, i) => Math.floor(value / 2 ** (8 * i)) % 256);

function checksum(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let i = 0; i < 8; i++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  return crc >>> 0;
}

export interface PageOptions {
  readonly serial?: number;
  readonly sequence?: number;
  /** -1 for none. */
  readonly granule?: number;
  readonly continued?: boolean;
  readonly first?: boolean;
  readonly last?: boolean;
  /** The last packet goes on in the next page. Its length here is a multiple of 255. */
  readonly unfinished?: boolean;
  readonly lacing?: readonly number[];
}

/** The checksum of a page as its bytes are. */
export function sealed(unsealed: Uint8Array): Uint8Array {
  const bytes = unsealed.slice();
  bytes.fill(0, 22, 26);
  bytes.set(littleEndian(checksum(bytes), 4), 22);
  return bytes;
}

export function page(packets: readonly Uint8Array[], options: PageOptions = {}): Uint8Array {
  const { serial = 1, sequence = 0, granule = 0 } = options;
  const flags = (options.continued ? 1 : 0) | (options.first ? 2 : 0) | (options.last ? 4 : 0);
  const lacing = packets.flatMap(({ length }) => [
    ...new Array<number>(Math.floor(length / 255)).fill(255),
    length % 255,
  ]);
  if (options.unfinished) lacing.pop();
  const table = options.lacing ?? lacing;
  const position = granule < 0 ? new Array<number>(8).fill(255) : littleEndian(granule, 8);
  const numbers = [...littleEndian(serial, 4), ...littleEndian(sequence, 4), 0, 0, 0, 0];
  return sealed(concatBytes(text('OggS'), [0, flags], position, numbers, [table.length], table, ...packets));
}

export const opusTags = (length = 40): Uint8Array => concatBytes(text('OpusTags'), new Uint8Array(length - 8));

/** The first packet of FLAC in Ogg. */
export const oggFlacHead = (info?: Uint8Array): Uint8Array =>
  concatBytes([0x7f], text('FLAC'), [1, 0, 0, 1], flacStart(info));

/** Bits, the least significant first. */
class LsbWriter {
  readonly #bits: number[] = [];

  write(value: number, bits: number): this {
    for (let i = 0; i < bits; i++) this.#bits.push(Math.floor(value / 2 ** i) % 2);
    return this;
  }

  bytes(): number[] {
    return Array.from({ length: Math.ceil(this.#bits.length / 8) }, (_, at) =>
      [0, 1, 2, 3, 4, 5, 6, 7].reduce((byte, i) => byte + (this.#bits[at * 8 + i] ?? 0) * 2 ** i, 0),
    );
  }
}

const vorbisName = (type: number): number[] => [type, ...text('vorbis')];

export interface VorbisOptions {
  readonly channels?: number;
  readonly sampleRate?: number;
  /** Exponents of the block sizes. */
  readonly short?: number;
  readonly long?: number;
  readonly version?: number;
  /** Entries and dimensions of its only codebook, whose codewords are as short as they can be. */
  readonly entryBits?: number;
  readonly dimensions?: number;
  readonly codebooks?: number;
}

export const vorbisIdentification = (options: VorbisOptions = {}): Uint8Array => {
  const { channels = 1, sampleRate = 16_000, short = 8, long = 10, version = 0 } = options;
  const rates = [...littleEndian(sampleRate, 4), ...new Array<number>(12).fill(0)];
  return concatBytes(vorbisName(1), littleEndian(version, 4), [channels], rates, [short | (long << 4), 1]);
};

export const vorbisComment = (): Uint8Array => concatBytes(vorbisName(3), new Array<number>(8).fill(0), [1]);

/** A setup that can say nothing but silence: one floor without partitions, one empty residue, a short and a long mode. */
export function vorbisSetup(options: VorbisOptions = {}): Uint8Array {
  const { entryBits = 1, dimensions = 1, codebooks = 1 } = options;
  const bits = new LsbWriter();
  bits.write(codebooks - 1, 8);
  for (let book = 0; book < codebooks; book++) {
    bits
      .write(0x564342, 24)
      .write(dimensions, 16)
      .write(2 ** entryBits, 24);
    // Ordered: all entries have codewords of one length.
    bits
      .write(1, 1)
      .write(entryBits - 1, 5)
      .write(2 ** entryBits, entryBits + 1)
      .write(0, 4);
  }
  bits.write(0, 6).write(0, 16);
  bits.write(0, 6).write(1, 16).write(0, 5).write(0, 2).write(8, 4);
  bits.write(0, 6).write(0, 16).write(0, 24).write(0, 24).write(0, 24).write(0, 6).write(0, 8).write(0, 3).write(0, 1);
  bits.write(0, 6).write(0, 16).write(0, 1).write(0, 1).write(0, 2).write(0, 8).write(0, 8).write(0, 8);
  bits.write(1, 6).write(0, 1).write(0, 40).write(1, 1).write(0, 40).write(1, 1);
  return concatBytes(vorbisName(5), bits.bytes());
}

export const vorbisHeaders = (options: VorbisOptions = {}): [Uint8Array, Uint8Array, Uint8Array] => [
  vorbisIdentification(options),
  vorbisComment(),
  vorbisSetup(options),
];

/** A silent packet of a short or a long block, told apart from others by its padding. */
export const vorbisPacket = (long: boolean, padding = 0): Uint8Array =>
  concatBytes([long ? 0b1110 : 0], new Uint8Array(1 + padding));
