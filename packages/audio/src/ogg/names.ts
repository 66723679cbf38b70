/** How the first packets of streams begin, by what is in them; the first three are decoded. */
const beginnings: readonly (readonly [string, string])[] = [
  ['Opus', 'OpusHead'],
  ['FLAC', '\x7fFLAC'],
  ['Vorbis', '\x01vorbis'],
  ['Speex', 'Speex   '],
  ['CELT', 'CELT    '],
  ['PCM', 'PCM     '],
  ['Theora', '\x80theora'],
  ['VP8', 'OVP80'],
  ['Dirac', 'BBCD\0'],
  ['Kate', '\x80kate\0\0\0'],
  ['Skeleton', 'fishead\0'],
  ['FLAC of before 2003', 'fLaC'],
];

/** What a stream with this first packet holds, for a message. */
export function codecName(first: Uint8Array): string {
  const start = String.fromCharCode(...first.subarray(0, 8));
  return beginnings.find(([, beginning]) => start.startsWith(beginning))?.[0] ?? 'an unknown codec';
}
