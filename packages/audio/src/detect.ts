/** A container or codec whose first bytes give it away. */
export type Recognised = 'webm' | 'webm_fragment' | 'ogg' | 'mp4' | 'wav' | 'flac' | 'caf' | 'mp3' | 'aac';

export type Detection =
  /** What has come is the beginning of some magic: more bytes are needed. */
  | { readonly kind: 'undecided' }
  /** No magic: the audio is what the client declared. */
  | { readonly kind: 'raw' }
  | { readonly kind: 'recognised'; readonly format: Recognised };

type Match = 'no' | 'so_far' | 'yes';

/** `null` stands for any byte. */
type Magic = readonly (number | null)[];

const ascii = (text: string): number[] => Array.from(text, (letter) => letter.charCodeAt(0));
const any = (count: number): null[] => new Array<null>(count).fill(null);

const magics: readonly (readonly [Recognised, Magic])[] = [
  ['webm', [0x1a, 0x45, 0xdf, 0xa3]],
  // The id of a Cluster: a recorder's stream that was joined after its header.
  ['webm_fragment', [0x1f, 0x43, 0xb6, 0x75]],
  ['ogg', [...ascii('OggS'), 0]],
  // A box begins with its size; the first box is small, so silent PCM (zeros) is told apart at the fifth byte.
  ['mp4', [0, 0, ...any(2), ...ascii('ftyp')]],
  ['wav', [...ascii('RIFF'), ...any(4), ...ascii('WAVE')]],
  ['wav', [...ascii('RF64'), ...any(4), ...ascii('WAVE')]],
  ['flac', ascii('fLaC')],
  ['caf', ascii('caff')],
  // ID3v2 has three versions in use; the byte keeps text that begins with these letters out.
  ['mp3', [...ascii('ID3'), 2]],
  ['mp3', [...ascii('ID3'), 3]],
  ['mp3', [...ascii('ID3'), 4]],
];

function matchMagic(magic: Magic, head: Uint8Array): Match {
  const length = Math.min(magic.length, head.length);
  for (let i = 0; i < length; i++) {
    const expected = magic[i];
    if (expected !== null && expected !== head[i]) return 'no';
  }
  return head.length < magic.length ? 'so_far' : 'yes';
}

/**
 * ADTS has a sync word of 12 bits only, which PCM holds by chance. It counts as ADTS when a second header with the same
 * fixed fields stands exactly where the first one says that its frame ends (ISO/IEC 14496-3, 1.A.2.2).
 */
function matchAdts(head: Uint8Array): Match {
  const sync = head[0] === 0xff && (head.length < 2 || (head[1] & 0xf6) === 0xf0);
  if (!sync) return 'no';
  if (head.length < 6) return 'so_far';
  const rateIndex = (head[2] >> 2) & 0x0f;
  const frameBytes = ((head[3] & 0x03) << 11) | (head[4] << 3) | (head[5] >> 5);
  if (rateIndex > 12 || frameBytes < 8) return 'no';
  for (let i = 0; i < 3; i++) {
    const next = head[frameBytes + i];
    if (next === undefined) return 'so_far';
    if (next !== head[i]) return 'no';
  }
  return 'yes';
}

/** What the first bytes of a stream are. Asks for more only while they may still become a magic, at most 8,194 bytes. */
export function detect(head: Uint8Array): Detection {
  let undecided = head.length === 0;
  for (const [format, magic] of magics) {
    const match = matchMagic(magic, head);
    if (match === 'yes') return { kind: 'recognised', format };
    if (match === 'so_far') undecided = true;
  }
  const adts = matchAdts(head);
  if (adts === 'yes') return { kind: 'recognised', format: 'aac' };
  return { kind: undecided || adts === 'so_far' ? 'undecided' : 'raw' };
}
