import { findChain } from '../frames/chain.ts';
import { matchId3 } from '../frames/tag.ts';
import type { Match } from '../match.ts';
import { adts } from './header.ts';

/**
 * What may stand before the first frame and be held until the frame tells what this is. Segments of HTTP live streaming
 * have a tag of under 100 bytes in front of their AAC; a larger one has pictures and belongs to an MP3.
 */
const maxTagBytes = 65_536;

/** What stands behind a tag of the ID3 kind: `head` itself where there is none, `undefined` where the tag is large. */
export function behindId3(head: Uint8Array): Uint8Array | 'so_far' | undefined {
  const tag = matchId3(head);
  if (tag === 'so_far') return 'so_far';
  if (tag?.kind !== 'sized') return head;
  return tag.bytes > maxTagBytes ? undefined : head.length > tag.bytes ? head.subarray(tag.bytes) : 'so_far';
}

/** Whether a stream is ADTS by its first bytes, with or without an ID3 tag in front, which counts towards `so_far`. */
export function matchAdts(head: Uint8Array): Match {
  const frames = behindId3(head);
  return frames === 'so_far' ? 'so_far' : frames ? matchFrames(frames) : 'no';
}

/**
 * The sync word has 12 bits only, which PCM holds by chance. It counts as ADTS when a second header with the same fixed
 * fields stands exactly where the first one says that its frame ends (ISO/IEC 14496-3, 1.A.2.2).
 */
function matchFrames(head: Uint8Array): Match {
  const sync = head.length === 0 || (head[0] === 0xff && (head.length < 2 || (head[1] & 0xf6) === 0xf0));
  if (!sync) return 'no';
  if (head.length < adts.headerBytes) return 'so_far';
  const header = adts.parse(head, 0);
  if (!header) return 'no';
  for (let i = 0; i < 3; i++) {
    const next = head[header.frameBytes + i];
    if (next === undefined) return 'so_far';
    if (next !== head[i]) return 'no';
  }
  return 'yes';
}

/** Whether there are three ADTS headers in a chain anywhere in these bytes: a stream joined in mid-frame. */
export const findAdts = (head: Uint8Array): boolean => findChain(adts, head, 3);
