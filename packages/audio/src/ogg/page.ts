import { pageChecksum } from './crc.ts';

/** A packet, or as much of it as lies on this page. */
export interface PagePart {
  readonly length: number;
  /** Whether the packet ends here; otherwise it goes on in the stream's next page. */
  readonly ends: boolean;
}

/** The header of a page (RFC 3533, 6). */
export interface Page {
  /** Its first part continues the packet of the page before. */
  readonly continued: boolean;
  /** The first and the last page of its logical stream. */
  readonly first: boolean;
  readonly last: boolean;
  /** The stream's position after the last packet that ends on this page; absent where none does. */
  readonly granule: number | undefined;
  readonly serial: number;
  readonly sequence: number;
  readonly parts: readonly PagePart[];
  readonly headerBytes: number;
  /** With its header. */
  readonly bytes: number;
}

export const capturePattern = [0x4f, 0x67, 0x67, 0x53];
const fixedBytes = 27;

/** How far the pattern is there: all of it, as far as the bytes go, or not. */
export function matchCapture(bytes: Uint8Array, at: number): 'no' | 'so_far' | 'yes' {
  for (let i = 0; i < capturePattern.length; i++) {
    if (at + i >= bytes.length) return 'so_far';
    if (bytes[at + i] !== capturePattern[i]) return 'no';
  }
  return 'yes';
}

/** The page header at the beginning of `bytes`, where the capture pattern is. */
export function parsePage(bytes: Uint8Array): Page | 'incomplete' | 'invalid' {
  // Version 0 is the only one, and five flags are reserved.
  if (bytes[4] > 0 || bytes[5] > 7) return 'invalid';
  if (bytes.length < fixedBytes) return 'incomplete';
  const headerBytes = fixedBytes + bytes[26];
  if (bytes.length < headerBytes) return 'incomplete';
  const view = new DataView(bytes.buffer, bytes.byteOffset, fixedBytes);
  const flags = bytes[5];
  const parts = readLacing(bytes.subarray(fixedBytes, headerBytes));
  return {
    continued: (flags & 1) !== 0,
    first: (flags & 2) !== 0,
    last: (flags & 4) !== 0,
    granule: readGranule(view),
    serial: view.getUint32(14, true),
    sequence: view.getUint32(18, true),
    parts,
    headerBytes,
    bytes: parts.reduce((sum, { length }) => sum + length, headerBytes),
  };
}

/** -1 stands for none; what a double cannot hold was never counted. */
function readGranule(view: DataView): number | undefined {
  const granule = view.getInt32(10, true) * 2 ** 32 + view.getUint32(6, true);
  return granule >= 0 && Number.isSafeInteger(granule) ? granule : undefined;
}

/** Segments of 255 bytes go on, shorter ones end a packet (RFC 3533, 5). */
function readLacing(segments: Uint8Array): PagePart[] {
  const parts: PagePart[] = [];
  let length = 0;
  for (const segment of segments) {
    length += segment;
    if (segment === 255) continue;
    parts.push({ length, ends: true });
    length = 0;
  }
  if (segments.at(-1) === 255) parts.push({ length, ends: false });
  return parts;
}

/** Whether the checksum in a page (all of its bytes) is right. */
export const isPageSound = (page: Uint8Array): boolean =>
  pageChecksum(page) === new DataView(page.buffer, page.byteOffset).getUint32(22, true);
