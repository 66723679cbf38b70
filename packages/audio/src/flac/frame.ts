import { BitReader } from './bits.ts';
import { crc16 } from './crc.ts';
import { type FrameHeader, parseFrameHeader } from './header.ts';
import type { StreamInfo } from './stream-info.ts';
import { readSubframe } from './subframe.ts';

/** The checksum after the subframes. */
const checksumBytes = 2;

/** The channels of a frame one after the other; yields where it needs more bytes, returns the frame's bytes. */
function* readChannels(
  bits: BitReader,
  { channels, blockSize, bitsPerSample, decorrelation }: FrameHeader,
  out: readonly Float64Array[] | undefined,
): Generator<void, number | undefined> {
  const side = decorrelation === 'none' ? -1 : decorrelation === 'side_right' ? 0 : 1;
  for (let channel = 0; channel < channels; channel++) {
    const width = channel === side ? bitsPerSample + 1 : bitsPerSample;
    if (!(yield* readSubframe(bits, width, blockSize, out?.[channel]))) return undefined;
  }
  return bits.nextByte + checksumBytes;
}

/**
 * Finds where a frame ends, from its structure alone, as its bytes arrive: no byte is read twice, and the frame is known to
 * be complete with its last byte, not with the first ones of the next frame.
 */
export class FrameWalk {
  readonly header: FrameHeader;
  readonly #bits: BitReader;
  readonly #channels: Generator<void, number | undefined>;
  #end: number | 'unknown' = 'unknown';

  constructor(header: FrameHeader, bytes: Uint8Array) {
    this.header = header;
    this.#bits = new BitReader(bytes, header.bytes);
    this.#channels = readChannels(this.#bits, header, undefined);
  }

  /** So many bytes were needed for what `read` returned last. */
  get bytesRead(): number {
    return this.#end === 'unknown' ? this.#bits.nextByte : this.#end;
  }

  /** `bytes` begins with the frame. Its length, `incomplete` while bytes are missing, `undefined` where it is no sound frame. */
  read(bytes: Uint8Array): number | 'incomplete' | undefined {
    if (this.#end === 'unknown') {
      this.#bits.prolong(bytes);
      const { done, value } = this.#channels.next();
      if (!done) return 'incomplete';
      if (value === undefined) return undefined;
      this.#end = value;
    }
    if (bytes.length < this.#end) return 'incomplete';
    return crc16(bytes, this.#end) === 0 ? this.#end : undefined;
  }
}

export interface Frame {
  readonly header: FrameHeader;
  /** Of each channel, as integers. */
  readonly channels: readonly Float64Array[];
}

/** Decodes one whole frame; `undefined` for one that is damaged. */
export function decodeFrame(frame: Uint8Array, info: StreamInfo): Frame | undefined {
  const header = parseFrameHeader(frame, info);
  if (header === undefined || header === 'incomplete' || crc16(frame, frame.length) !== 0) return undefined;
  const channels = Array.from({ length: header.channels }, () => new Float64Array(header.blockSize));
  const { done, value } = readChannels(new BitReader(frame, header.bytes), header, channels).next();
  if (!done || value !== frame.length) return undefined;
  correlate(channels, header);
  return channels.every((samples) => within(samples, header.bitsPerSample)) ? { header, channels } : undefined;
}

/** Whether the samples are such as the format has: a prediction of what was never a signal grows beyond all bounds. */
function within(samples: Float64Array, bitsPerSample: number): boolean {
  const limit = 2 ** (bitsPerSample - 1);
  for (let i = 0; i < samples.length; i++) if (!(samples[i] >= -limit && samples[i] < limit)) return false;
  return true;
}

/** Turns the stored channels of a stereo frame into left and right (RFC 9639, 4.2). */
function correlate([first, second]: readonly Float64Array[], { decorrelation }: FrameHeader): void {
  switch (decorrelation) {
    case 'none':
      return;
    case 'left_side':
      for (let i = 0; i < first.length; i++) second[i] = first[i] - second[i];
      return;
    case 'side_right':
      for (let i = 0; i < first.length; i++) first[i] += second[i];
      return;
    case 'mid_side':
      for (let i = 0; i < first.length; i++) {
        // The mid lost its lowest bit, which is the side's.
        const right = (2 * first[i] + Math.abs(second[i] % 2) - second[i]) / 2;
        first[i] = right + second[i];
        second[i] = right;
      }
      return;
    default:
      decorrelation satisfies never;
  }
}
