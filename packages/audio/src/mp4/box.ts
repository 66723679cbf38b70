import { badAudio } from '../errors.ts';
import { Fields, fourCharacters } from './fields.ts';

/** A box within a box that is held whole. */
export interface Box {
  readonly type: string;
  readonly body: Uint8Array;
}

/** Size and type (ISO/IEC 14496-12, 4.2). */
const headerBytes = 8;

/**
 * The boxes that `parent` consists of. Each costs at least its header, so that there are no more than the bytes allow.
 * Throws `bad_audio` where one is smaller than its header or larger than its parent.
 */
export function* childBoxes(parent: Uint8Array): Generator<Box> {
  const view = new DataView(parent.buffer, parent.byteOffset, parent.byteLength);
  // Fewer bytes than a header has are padding, with which QuickTime ends some lists.
  for (let at = 0; at + headerBytes <= parent.length; ) {
    const size = view.getUint32(at);
    const type = fourCharacters(parent, at + 4);
    if (size < headerBytes || at + size > parent.length) {
      throw badAudio(
        `The MP4 stream is damaged: a box inside another states ${size} bytes, expected ${headerBytes} to ${parent.length - at}.`,
      );
    }
    yield { type, body: parent.subarray(at + headerBytes, at + size) };
    at += size;
  }
}

/** The bodies of the first boxes of these types within `parent`, in one pass. */
export function pickBoxes<Type extends string>(
  parent: Uint8Array,
  ...types: readonly Type[]
): ReadonlyMap<Type, Uint8Array> {
  const picked = new Map<Type, Uint8Array>();
  for (const { type, body } of childBoxes(parent)) {
    const wanted = types.find((one) => one === type);
    if (wanted !== undefined && !picked.has(wanted)) picked.set(wanted, body);
    if (picked.size === types.length) break;
  }
  return picked;
}

/** A box that begins with a version and flags (ISO/IEC 14496-12, 4.2). */
export interface FullBox {
  readonly version: number;
  readonly flags: number;
  readonly fields: Fields;
}

export function fullBox(body: Uint8Array, type: string): FullBox {
  const fields = new Fields(body, `the MP4 box ${type}`);
  const head = fields.u32();
  return { version: head >>> 24, flags: head & 0xff_ff_ff, fields };
}

/** The body of a box that has to be there. */
export function required(body: Uint8Array | undefined, type: string): Uint8Array {
  if (body) return body;
  throw badAudio(`The MP4 stream is damaged: its audio track has no box ${type}.`);
}
