import { findAdts, matchAdts } from './adts/match.ts';
import { asciiBytes } from './bytes.ts';
import type { Match } from './match.ts';
import { findMp3, matchMp3 } from './mp3/match.ts';
import { beginsWebm, hasFoothold } from './webm/search.ts';

/** A container or codec that gives itself away. */
export type Recognised = 'webm' | 'webm_midway' | 'ogg' | 'mp4' | 'wav' | 'flac' | 'caf' | 'mp3' | 'aac';

export type Detection =
  /** What has come is the beginning of some magic: more bytes are needed. */
  | { readonly kind: 'undecided' }
  /** No magic: the audio is what the client declared. */
  | { readonly kind: 'raw' }
  | { readonly kind: 'recognised'; readonly format: Recognised };

/** `null` stands for any byte. */
type Magic = readonly (number | null)[];

const any = (count: number): null[] => new Array<null>(count).fill(null);

/** A box begins with its size; the first box is small, so silent PCM (zeros) is told apart at the fifth byte. */
const box = (name: string): Magic => [0, 0, ...any(2), ...asciiBytes(name)];

const magics: readonly (readonly [Recognised, Magic])[] = [
  ['webm', [0x1a, 0x45, 0xdf, 0xa3]],
  // The id of a Cluster: a recorder's stream that was joined after its header.
  ['webm_midway', [0x1f, 0x43, 0xb6, 0x75]],
  ['ogg', [...asciiBytes('OggS'), 0]],
  ['mp4', box('ftyp')],
  // QuickTime's older files begin with any of these, a stream that was joined in the middle with one of the last three.
  ...['moov', 'wide', 'free', 'skip', 'styp', 'sidx', 'moof'].map((name): [Recognised, Magic] => ['mp4', box(name)]),
  ['wav', [...asciiBytes('RIFF'), ...any(4), ...asciiBytes('WAVE')]],
  ['wav', [...asciiBytes('RF64'), ...any(4), ...asciiBytes('WAVE')]],
  ['flac', asciiBytes('fLaC')],
  ['caf', asciiBytes('caff')],
];

function matchMagic(magic: Magic, head: Uint8Array): Match {
  const length = Math.min(magic.length, head.length);
  for (let i = 0; i < length; i++) {
    const expected = magic[i];
    if (expected !== null && expected !== head[i]) return 'no';
  }
  return head.length < magic.length ? 'so_far' : 'yes';
}

/** Formats without a magic of their own: they are known by several headers in the right distances, also behind an ID3 tag. */
const chains: readonly (readonly [Recognised, (head: Uint8Array) => Match])[] = [
  ['aac', matchAdts],
  ['mp3', matchMp3],
];

/** Streams that were joined in the middle of a packet, as far as the first bytes tell: for these nothing is held back. */
const footholds: readonly (readonly [Recognised, (head: Uint8Array) => boolean])[] = [
  ['webm_midway', hasFoothold],
  ['ogg', (head) => indexOf(head, oggPage) >= 0],
  ['mp3', findMp3],
  ['aac', findAdts],
];

const oggPage = [...asciiBytes('OggS'), 0];

function indexOf(bytes: Uint8Array, wanted: readonly number[]): number {
  for (let at = bytes.indexOf(wanted[0]); at >= 0; at = bytes.indexOf(wanted[0], at + 1)) {
    if (wanted.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}

/** What the first bytes of a stream are. Asks for more only while they may still become a magic or a chain of headers. */
export function detect(head: Uint8Array): Detection {
  let undecided = head.length === 0;
  for (const [format, magic] of magics) {
    const match = matchMagic(magic, head);
    if (match === 'yes') return { kind: 'recognised', format };
    if (match === 'so_far') undecided = true;
  }
  for (const [format, matches] of chains) {
    const match = matches(head);
    if (match === 'yes') return { kind: 'recognised', format };
    if (match === 'so_far') undecided = true;
  }
  if (undecided) return { kind: 'undecided' };
  const found = footholds.find(([, has]) => has(head));
  return found ? { kind: 'recognised', format: found[0] } : { kind: 'raw' };
}

/** Longer than the magics, and with what every writer puts after them: PCM does not begin so in the life of the universe. */
const headers: readonly (readonly [Recognised, Magic])[] = [
  ['ogg', [...asciiBytes('OggS'), 0, 2]],
  ['mp4', box('ftyp')],
  ['wav', [...asciiBytes('RIFF'), ...any(4), ...asciiBytes('WAVE')]],
  ['wav', [...asciiBytes('RF64'), ...any(4), ...asciiBytes('WAVE')]],
  ['flac', [...asciiBytes('fLaC'), null, 0, 0, 34]],
  ['caf', [...asciiBytes('caff'), 0, 1]],
];

const firstBytes: ReadonlySet<unknown> = new Set([0x1a, ...headers.map(([, magic]) => magic[0])]);

/** The format whose header stands at the beginning of a message in mid-stream, if any: a recorder that was started again. */
export function headerAt(message: Uint8Array): Recognised | undefined {
  if (!firstBytes.has(message[0])) return undefined;
  if (beginsWebm(message)) return 'webm';
  return headers.find(([, magic]) => matchMagic(magic, message) === 'yes')?.[0];
}
