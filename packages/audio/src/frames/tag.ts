/** A tag that stands between frames: its length, or `unsized` where only its end says where it ends. */
export type Tag = { readonly kind: 'sized'; readonly bytes: number } | { readonly kind: 'unsized' };

/** More than any tag's header has. */
export const tagHeaderBytes = 32;

interface Form {
  readonly begins: string;
  readonly headerBytes: number;
  /** `undefined` where the header is none in spite of its first letters. */
  readonly read: (header: Uint8Array) => Tag | undefined;
}

const sized = (bytes: number): Tag => ({ kind: 'sized', bytes });

/** The byte behind the letters is the version. */
const id3: readonly Form[] = ['ID3\x02', 'ID3\x03', 'ID3\x04'].map((begins) => ({
  begins,
  headerBytes: 10,
  read: readId3,
}));

const forms: readonly Form[] = [
  ...id3,
  { begins: 'APETAGEX', headerBytes: 32, read: readApe },
  // Lyrics3 has its length at its end; it stands behind the last frame.
  { begins: 'LYRICSBEGIN', headerBytes: 11, read: () => ({ kind: 'unsized' }) },
  // The enhanced ID3v1 block stands in front of the plain one.
  { begins: 'TAG', headerBytes: 4, read: (header) => sized(header[3] === 0x2b ? 227 : 128) },
];

/** The tag whose beginning these bytes are: `undefined` if there is none, `so_far` if more are needed to tell. */
export const matchTag = (bytes: Uint8Array): Tag | 'so_far' | undefined => matchAny(forms, bytes);

/** As `matchTag`, for ID3v2 alone: the one tag that stands in front of a stream. */
export const matchId3 = (bytes: Uint8Array): Tag | 'so_far' | undefined => matchAny(id3, bytes);

function matchAny(candidates: readonly Form[], bytes: Uint8Array): Tag | 'so_far' | undefined {
  for (const form of candidates) {
    const tag = matchForm(form, bytes);
    if (tag) return tag;
  }
  return undefined;
}

function matchForm({ begins, headerBytes, read }: Form, bytes: Uint8Array): Tag | 'so_far' | undefined {
  const letters = Math.min(begins.length, bytes.length);
  for (let i = 0; i < letters; i++) if (bytes[i] !== begins.charCodeAt(i)) return undefined;
  return bytes.length < headerBytes ? 'so_far' : read(bytes);
}

/** ID3v2.4 structure, 3.1: revision, flags, and four times 7 bits of size, without header and footer. */
function readId3(header: Uint8Array): Tag | undefined {
  const [revision, flags, ...sizes] = header.subarray(4, 10);
  if (revision === 0xff || sizes.some((byte) => byte > 0x7f)) return undefined;
  const size = sizes.reduce((sum, byte) => sum * 128 + byte, 0);
  const footer = flags & 0x10 ? 10 : 0;
  return sized(10 + size + footer);
}

/** APEv2, little-endian: version, size without this header, number of items, flags; bit 29 tells a header from a footer. */
function readApe(header: Uint8Array): Tag {
  const view = new DataView(header.buffer, header.byteOffset);
  const isHeader = (view.getUint32(20, true) & 0x2000_0000) !== 0;
  return sized(32 + (isHeader ? view.getUint32(12, true) : 0));
}
