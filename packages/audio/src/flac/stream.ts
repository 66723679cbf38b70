import { crc16 } from './crc.ts';
import { decodeFrame } from './frame.ts';
import { flacBlockSize } from './frame-encoder.ts';
import { type FrameHeader, isSync, parseFrameHeader } from './header.ts';
import { type StreamInfo, streamInfoBytes } from './stream-info.ts';

/** RFC 9639, 8.1 and 8.4. */
const blockHeaderBytes = 4;
const applicationType = 2;
const lastBlock = 0x80;
const applicationIdBytes = 4;

/** What stands before the frames that `FlacFrameEncoder` makes. */
export interface FlacStart {
  /** Hz. */
  readonly sampleRate: number;
  /** Of the whole stream; 0 while that is not known. */
  readonly samples: number;
  /** A block of the writer's own, which players pass over: four ASCII letters, and bytes. */
  readonly application: { readonly id: string; readonly body: Uint8Array };
}

/** The marker, STREAMINFO and one block of the application; its length depends on that block's alone. */
export function flacStart({ sampleRate, samples, application: { id, body } }: FlacStart): Uint8Array {
  const infoAt = 4 + blockHeaderBytes;
  const applicationAt = infoAt + streamInfoBytes;
  const bodyAt = applicationAt + blockHeaderBytes + applicationIdBytes;
  const bytes = new Uint8Array(bodyAt + body.length);
  const view = new DataView(bytes.buffer);
  writeAscii(bytes, 'fLaC', 0);
  view.setUint32(4, streamInfoBytes);
  view.setUint16(infoAt, flacBlockSize);
  view.setUint16(infoAt + 2, flacBlockSize);
  // 20 bits of rate, 3 of channels less 1, 5 of bits less 1, and 36 of samples; frame sizes and checksum stay unknown.
  view.setUint32(infoAt + 10, (sampleRate << 12) | (15 << 4) | Math.floor(samples / 2 ** 32));
  view.setUint32(infoAt + 14, samples % 2 ** 32);
  view.setUint32(applicationAt, applicationIdBytes + body.length);
  bytes[applicationAt] = applicationType | lastBlock;
  writeAscii(bytes, id, applicationAt + blockHeaderBytes);
  bytes.set(body, bodyAt);
  return bytes;
}

function writeAscii(bytes: Uint8Array, text: string, at: number): void {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
}

/** A whole frame among some bytes. */
export interface FoundFrame {
  /** Its first and the first one after it. */
  readonly from: number;
  readonly to: number;
  readonly header: FrameHeader;
}

/** What `FlacFrameEncoder` writes at this rate. */
export const streamInfoOf = (sampleRate: number): StreamInfo => ({
  blockSize: flacBlockSize,
  sampleRate,
  channels: 1,
  bitsPerSample: 16,
});

/**
 * The whole frames among bytes out of a stream of `FlacFrameEncoder`'s, in order: what is cut at either end is left out.
 * `atEnd`: the bytes go to the end of the stream, so that the last frame ends with them, unless it was torn.
 */
export function framesIn(bytes: Uint8Array, info: StreamInfo, atEnd: boolean): FoundFrame[] {
  const frames: FoundFrame[] = [];
  const places = headersIn(bytes, info);
  for (let first = 0; first < places.length; ) {
    const { from, header } = places[first];
    // The next header may be none, but samples that look like one: the checksum tells.
    const end = ends(places, first, bytes.length, atEnd).find((to) => crc16(bytes.subarray(from, to), to - from) === 0);
    if (end === undefined) {
      first += 1;
      continue;
    }
    frames.push({ from, to: end, header });
    first = places.findIndex((place) => place.from >= end);
    if (first === -1) break;
  }
  return frames;
}

interface Place {
  readonly from: number;
  readonly header: FrameHeader;
}

/** A sound frame is followed by its successor: samples look like a header once in some megabytes, and hardly ever twice in a frame. */
const endsTried = 4;

function ends(places: readonly Place[], first: number, length: number, atEnd: boolean): readonly number[] {
  const next = places.slice(first + 1, first + 1 + endsTried).map(({ from }) => from);
  return atEnd && next.length < endsTried ? [...next, length] : next;
}

function headersIn(bytes: Uint8Array, info: StreamInfo): Place[] {
  const places: Place[] = [];
  for (let from = bytes.indexOf(0xff); from !== -1; from = bytes.indexOf(0xff, from + 1)) {
    if (from + 1 >= bytes.length || !isSync(0xff, bytes[from + 1])) continue;
    const header = parseFrameHeader(bytes.subarray(from, from + 16), info);
    if (header === undefined || header === 'incomplete') continue;
    if (header.sampleRate === info.sampleRate && header.channels === 1 && header.bitsPerSample === 16) {
      places.push({ from, header });
    }
  }
  return places;
}

/** The samples of one whole frame of `FlacFrameEncoder`'s; `undefined` where it is damaged. */
export function decodeMonoFrame(bytes: Uint8Array, info: StreamInfo): Int16Array | undefined {
  const samples = decodeFrame(bytes, info)?.channels[0];
  return samples && Int16Array.from(samples);
}
