import type { Match } from '../match.ts';

export interface FrameHeader {
  /** The whole frame's, header included; never 0. */
  readonly frameBytes: number;
  /** The fields that stay as they are from one frame of a stream to the next. */
  readonly constant: number;
}

/** A format that is nothing but frames, each of which says where the next one begins. */
export interface FrameSyntax<Header extends FrameHeader> {
  /** As it is called in messages. */
  readonly name: string;
  /** The first two bytes of every header, where `syncMask` has its ones. */
  readonly sync: number;
  readonly syncMask: number;
  readonly headerBytes: number;
  /** The header at `at`, where `headerBytes` are there; `undefined` if it is none. */
  parse(bytes: Uint8Array, at: number): Header | undefined;
  /** Throws where a stream that begins with this is known, but cannot be decoded. */
  refuse?(head: Uint8Array): void;
}

type Syntax = FrameSyntax<FrameHeader>;

/**
 * Whether `count` headers that agree follow each other from the first byte. A sync word alone is in any PCM by chance; each
 * further header that stands where the one before says makes that less likely by the bits of its `constant`.
 */
export function matchChain(syntax: Syntax, bytes: Uint8Array, count: number, from = 0): Match {
  let at = from;
  let constant: number | undefined;
  for (let headers = 0; headers < count; headers++) {
    if (!maySync(syntax, bytes, at)) return 'no';
    if (bytes.length < at + syntax.headerBytes) return 'so_far';
    const header = syntax.parse(bytes, at);
    if (!header || header.constant !== (constant ?? header.constant)) return 'no';
    constant = header.constant;
    at += header.frameBytes;
  }
  return 'yes';
}

/** Whether `count` headers that agree follow each other from anywhere in these bytes. */
export function findChain(syntax: Syntax, bytes: Uint8Array, count: number): boolean {
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    if (matchChain(syntax, bytes, count, at) === 'yes') return true;
  }
  return false;
}

function maySync({ sync, syncMask }: Syntax, bytes: Uint8Array, at: number): boolean {
  const first = bytes[at] ?? sync >> 8;
  const second = bytes[at + 1] ?? sync;
  return (((first << 8) | (second & 0xff)) & syncMask) === sync;
}
