import { hasText, readUint } from '../bytes.ts';
import type { Mp3Header } from './header.ts';

/** What the frame that stands in front of the sound says of it. */
export interface Mp3Info {
  /** Frames of sound, this one not counted; 0 where it does not say. */
  readonly frames: number;
  /** Samples that the encoder put before and behind the sound, where it says so. */
  readonly padding?: { readonly before: number; readonly behind: number };
}

/** What a layer III decoder puts before the sound, in samples: 528 of its filters and 1 (LAME technical FAQ). */
export const decoderDelay = 529;

/** The Xing, Info or VBRI tag in place of a frame's sound; `undefined` where the frame is sound. */
export function parseInfo(frame: Uint8Array, header: Mp3Header): Mp3Info | undefined {
  const xing = [xingAt(header), xingAt(header) + checksumBytes].find(
    (at) => hasText(frame, 'Xing', at) || hasText(frame, 'Info', at),
  );
  if (xing !== undefined) return parseXing(frame, xing);
  // Fraunhofer's tag has a fixed place, and its number of frames behind version, delay, quality and length.
  return hasText(frame, 'VBRI', vbriAt) ? { frames: readUint(frame, vbriAt + 14, vbriAt + 18) } : undefined;
}

const vbriAt = 36;
/** Of a protected frame, behind its header; some writers count it, some do not. */
const checksumBytes = 2;

/** Behind the header and the side information, which a frame of sound would have there (11172-3, 2.4.1.7; 13818-3, 2.4.1.7). */
const xingAt = ({ version, channels }: Mp3Header): number => 4 + (version === 1 ? [17, 32] : [9, 17])[channels - 1];

function parseXing(frame: Uint8Array, tag: number): Mp3Info {
  const flags = readUint(frame, tag + 4, tag + 8);
  const [hasFrames, hasBytes, hasIndex, hasQuality] = [1, 2, 4, 8].map((flag) => (flags & flag) !== 0);
  const frames = hasFrames && tag + 12 <= frame.length ? readUint(frame, tag + 8, tag + 12) : 0;
  const lame = tag + 8 + (hasFrames ? 4 : 0) + (hasBytes ? 4 : 0) + (hasIndex ? 100 : 0) + (hasQuality ? 4 : 0);
  if (!['LAME', 'Lavf', 'Lavc'].some((encoder) => hasText(frame, encoder, lame))) return { frames };
  // Two numbers of 12 bits, behind the encoder's name and what it says of quality, loudness and flags (LAME tag, rev. 1).
  const at = lame + 21;
  if (at + 3 > frame.length) return { frames };
  const both = readUint(frame, at, at + 3);
  return { frames, padding: { before: both >> 12, behind: both & 0xfff } };
}
