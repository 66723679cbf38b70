import { badAudio } from '../errors.ts';

/** The body of a STREAMINFO block, in bytes. */
export const streamInfoBytes = 34;

/** What a FLAC stream says of itself (RFC 9639, 8.2), as far as it is needed. */
export interface StreamInfo {
  /** Samples in each frame but the last; `undefined` where the frames differ. */
  readonly blockSize: number | undefined;
  /** Hz. */
  readonly sampleRate: number;
  readonly channels: number;
  readonly bitsPerSample: number;
}

/** Reads a STREAMINFO block's body. Throws `bad_audio` where it makes no sense. */
export function parseStreamInfo(body: Uint8Array): StreamInfo {
  if (body.length !== streamInfoBytes) {
    throw badAudio(`The FLAC header is damaged: STREAMINFO has ${body.length} bytes, expected ${streamInfoBytes}.`);
  }
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const least = view.getUint16(0);
  const most = view.getUint16(2);
  const packed = view.getUint32(10);
  const sampleRate = packed >>> 12;
  const channels = ((packed >>> 9) & 7) + 1;
  const bitsPerSample = ((packed >>> 4) & 31) + 1;
  if (sampleRate === 0) throw badAudio('The FLAC header is damaged: it states a sample rate of 0 Hz.');
  // RFC 9639, 8.2: fewer bits are not possible.
  if (bitsPerSample < 4)
    throw badAudio(`The FLAC header is damaged: samples of ${bitsPerSample} bits, at least 4 exist.`);
  return { blockSize: least === most && most > 0 ? most : undefined, sampleRate, channels, bitsPerSample };
}
