import { behindId3, matchAdts } from '../adts/match.ts';
import { findChain, matchChain } from '../frames/chain.ts';
import type { Match } from '../match.ts';
import { mp3 } from './header.ts';

/** The version, layer and rate that headers share have 17 bits with the sync word: three of them PCM never has by chance. */
const headers = 3;

/**
 * Whether a stream is MPEG audio, of any layer, by its first bytes: frames, or a tag of the ID3 kind with anything behind it but ADTS. Asks
 * for two frames and a header at most (5,764 bytes), or for a small tag and as much as `matchAdts` behind it.
 */
export function matchMp3(head: Uint8Array): Match {
  const frames = behindId3(head);
  if (frames === 'so_far') return 'so_far';
  if (frames === head) return matchChain(mp3, head, headers);
  const other = frames ? matchAdts(head) : 'no';
  return other === 'so_far' ? 'so_far' : other === 'yes' ? 'no' : 'yes';
}

/** Whether there are three headers in a chain anywhere in these bytes: a stream joined in mid-frame. */
export const findMp3 = (head: Uint8Array): boolean => findChain(mp3, head, headers);
