/** Writes WebM by hand, well-formed or not. */
export const concatBytes = (...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

export function idBytes(id: number): number[] {
  const bytes: number[] = [];
  for (let rest = id; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return bytes;
}

/** A variable-size integer of the given length. */
export function vint(value: number, length = 4): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (let i = 0; i < length; i++) {
    bytes.unshift(rest % 256);
    rest = Math.floor(rest / 256);
  }
  bytes[0] = (bytes[0] ?? 0) | (0x80 >> (length - 1));
  return bytes;
}

export const unknownSize = [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];

export const element = (id: number, ...payload: readonly (Uint8Array | readonly number[])[]): Uint8Array => {
  const body = concatBytes(...payload);
  return concatBytes(idBytes(id), vint(body.length), body);
};

export const endless = (id: number, ...payload: readonly (Uint8Array | readonly number[])[]): Uint8Array =>
  concatBytes(idBytes(id), unknownSize, ...payload);

export const text = (value: string): number[] => Array.from(value, (letter) => letter.charCodeAt(0));

export const opusHead = (channels = 1, preSkip = 0, gain = 0, mapping: readonly number[] = [0]): number[] => [
  ...text('OpusHead'),
  ...[1, channels, preSkip & 255, preSkip >> 8, 0x80, 0xbb, 0, 0, gain & 255, (gain >> 8) & 255],
  ...mapping,
];

export const header = (docType = 'webm'): Uint8Array => element(0x1a45dfa3, element(0x4282, text(docType)));

export interface TrackOptions {
  readonly number?: number;
  readonly type?: number;
  readonly codec?: string;
  readonly codecPrivate?: readonly number[];
}

export const trackEntry = ({ number = 1, type = 2, codec = 'A_OPUS', codecPrivate = opusHead() }: TrackOptions = {}) =>
  element(
    0xae,
    element(0xd7, [number]),
    element(0x83, [type]),
    element(0x86, text(codec)),
    element(0x63a2, codecPrivate),
    element(0xe1, element(0xb5, [0x47, 0x3b, 0x80, 0x00]), element(0x9f, [1])),
  );

export const tracks = (...entries: readonly Uint8Array[]): Uint8Array => element(0x1654ae6b, ...entries);

const blockHead = (track: number, ticks: number, flags: number): number[] => [
  0x80 | track,
  (ticks >> 8) & 255,
  ticks & 255,
  flags,
];

export const simpleBlock = (packet: Uint8Array, ticks = 0, track = 1): Uint8Array =>
  element(0xa3, blockHead(track, ticks, 0x80), packet);

export const blockGroup = (packet: Uint8Array, ticks = 0, track = 1): Uint8Array =>
  element(0xa0, element(0xa1, blockHead(track, ticks, 0), packet), element(0x9b, [60]));

export type Lacing = 'xiph' | 'ebml' | 'fixed';

export function lacedBlock(lacing: Lacing, packets: readonly Uint8Array[], ticks = 0): Uint8Array {
  const lengths = packets.map((packet) => packet.length);
  const flags = { xiph: 0x02, fixed: 0x04, ebml: 0x06 }[lacing];
  return element(
    0xa3,
    blockHead(1, ticks, flags),
    [packets.length - 1],
    lacing === 'xiph' ? xiphSizes(lengths) : lacing === 'ebml' ? ebmlSizes(lengths) : [],
    ...packets,
  );
}

const xiphSizes = (lengths: readonly number[]): number[] =>
  lengths.slice(0, -1).flatMap((length) => [...new Array<number>(Math.floor(length / 255)).fill(255), length % 255]);

/** Differences take two bytes, whose offset is 2^13 - 1. */
const ebmlSizes = (lengths: readonly number[]): number[] =>
  lengths.slice(0, -1).flatMap((length, i) => {
    const previous = lengths[i - 1];
    return previous === undefined ? vint(length, 2) : vint(length - previous + 8_191, 2);
  });

export const cluster = (ticks: number, ...blocks: readonly Uint8Array[]): Uint8Array =>
  element(0x1f43b675, element(0xe7, [ticks >> 8, ticks & 255]), ...blocks);

export const endlessCluster = (ticks: number, ...blocks: readonly Uint8Array[]): Uint8Array =>
  endless(0x1f43b675, element(0xe7, [ticks >> 8, ticks & 255]), ...blocks);

/** As a recorder sends it: nothing has a size that is not known when it begins. */
export const liveStream = (...clusters: readonly Uint8Array[]): Uint8Array =>
  concatBytes(header(), endless(0x18538067, tracks(trackEntry())), ...clusters);
