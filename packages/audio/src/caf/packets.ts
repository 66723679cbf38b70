import { badAudio, unsupportedAudio } from '../errors.ts';
import { Fields } from '../mp4/fields.ts';
import type { Description } from './description.ts';

/** One packet after the other. */
export interface PacketSizes {
  /** Bytes of the next packet; `undefined` after the last. */
  next(): number | undefined;
  /** Whether the packet that was asked for last is the last one. */
  readonly isLast: boolean;
  /** Frames at the beginning that are the encoder's priming, and at the end that are its padding. */
  readonly primingFrames: number;
  readonly remainderFrames: number;
}

/** Sizes for audio of this description; `pakt` is the body of that chunk. Throws where packets cannot be told apart. */
export function packetSizes(description: Description, pakt: Uint8Array | undefined): PacketSizes {
  const { bytesPerPacket } = description;
  if (pakt) return new PacketTable(pakt, description);
  if (bytesPerPacket > 0) return { next: () => bytesPerPacket, isLast: false, primingFrames: 0, remainderFrames: 0 };
  throw unsupportedAudio(
    'The CAF file has its table of packets (pakt) after its audio, so that it cannot be heard before it is complete. ' +
      'Write it with the table in front, as afconvert does, or in another container such as Ogg or WebM.',
  );
}

/** A byte has 7 bits of a number; 8 of them are more than any size (Core Audio Format Specification, "Packet Table Chunk"). */
const maxNumberBytes = 8;

class PacketTable implements PacketSizes {
  readonly primingFrames: number;
  readonly remainderFrames: number;
  readonly #numbers: Fields;
  readonly #bytesPerPacket: number;
  readonly #variableFrames: boolean;
  #left: number;

  constructor(pakt: Uint8Array, { bytesPerPacket, framesPerPacket }: Description) {
    const fields = new Fields(pakt, 'the CAF chunk pakt');
    this.#left = fields.i64();
    // How many frames are to be heard follows from the others.
    fields.skip(8);
    this.primingFrames = Math.max(0, fields.i32());
    this.remainderFrames = Math.max(0, fields.i32());
    this.#numbers = fields;
    this.#bytesPerPacket = bytesPerPacket;
    this.#variableFrames = framesPerPacket === 0;
  }

  get isLast(): boolean {
    return this.#left <= 0;
  }

  next(): number | undefined {
    if (this.#left <= 0) return undefined;
    this.#left--;
    const size = this.#bytesPerPacket || this.#number();
    if (this.#variableFrames) this.#number();
    return size;
  }

  /** Seven bits in each byte, the highest first. */
  #number(): number {
    let value = 0;
    for (let i = 0; i < maxNumberBytes; i++) {
      const byte = this.#numbers.u8();
      value = value * 128 + (byte & 0x7f);
      if (byte < 0x80) return value;
    }
    throw badAudio('The CAF stream is damaged: a number in its table of packets does not end.');
  }
}
