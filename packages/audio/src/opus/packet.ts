/**
 * The framing of Opus packets (RFC 6716, 3.1, 3.2 and appendix B). It is checked here, before the decoder sees a packet:
 * `opus-decoder` writes to the console for each packet that libopus refuses, and reads only packets up to a size.
 */

/** The longest packet, 120 ms, in samples at 48 kHz. */
export const maxPacketSamples = 5_760;

/** The largest frame, in bytes. */
const maxFrameBytes = 1_275;

/** Samples at 48 kHz in one frame, by the configuration in the upper five bits of the TOC byte (RFC 6716, table 2). */
function frameSamples(toc: number): number {
  const config = toc >> 3;
  if (config < 12) return [480, 960, 1_920, 2_880][config & 3];
  if (config < 16) return [480, 960][config & 1];
  return [120, 240, 480, 960][config & 3];
}

/** How long a packet sounds by its first bytes alone, in samples at 48 kHz; 0 for an empty one. Also for damaged packets. */
export function statedSamples(packet: Uint8Array): number {
  if (packet.length === 0) return 0;
  const toc = packet[0];
  const code = toc & 3;
  const frames = code === 0 ? 1 : code < 3 ? 2 : Math.max(1, (packet[1] ?? 1) & 0x3f);
  return Math.min(frames * frameSamples(toc), maxPacketSamples);
}

interface Framing {
  readonly samples: number;
  readonly frames: readonly Uint8Array[];
  /** Where the next stream's packet begins, in a packet of several streams. */
  readonly end: number;
}

/** The frames of a packet whose framing is sound, otherwise `undefined`. */
function parseFraming(packet: Uint8Array, start: number, selfDelimited: boolean): Framing | undefined {
  let at = start;
  const byte = (): number => packet[at++] ?? Number.NaN;
  const length = (): number => {
    const first = byte();
    return first < 252 ? first : first + 4 * byte();
  };
  const toc = byte();
  const code = toc & 3;
  let count = code === 0 ? 1 : 2;
  let equal = code < 2;
  let padding = 0;
  if (code === 3) {
    const header = byte();
    count = header & 0x3f;
    equal = (header & 0x80) === 0;
    if (header & 0x40) {
      let more = byte();
      for (; more === 255; more = byte()) padding += 254;
      padding += more;
    }
  }
  const samples = count * frameSamples(toc);
  if (!(samples > 0 && samples <= maxPacketSamples)) return undefined;
  const sizes: number[] = [];
  for (let i = 1; !equal && i < count; i++) sizes.push(length());
  const sized = sizes.reduce((sum, size) => sum + size, 0);
  const rest = selfDelimited ? undefined : packet.length - at - padding - sized;
  const last = rest === undefined ? length() : equal ? rest / count : rest;
  while (sizes.length < count) sizes.push(last);
  const frames: Uint8Array[] = [];
  for (const size of sizes) {
    if (!(Number.isInteger(size) && size >= 0 && size <= maxFrameBytes)) return undefined;
    frames.push(packet.subarray(at, at + size));
    at += size;
  }
  at += padding;
  return at <= packet.length ? { samples, frames, end: at } : undefined;
}

/** A packet as the decoder may have it: sound, and in parts of one frame each where it is too large as a whole. */
export interface SoundPacket {
  /** At 48 kHz. */
  readonly samples: number;
  readonly parts: readonly Uint8Array[];
}

/** Checks a packet of `streams` Opus streams, for a decoder that reads at most `maxBytes` at once. */
export function checkPacket(packet: Uint8Array, streams: number, maxBytes: number): SoundPacket | undefined {
  let samples: number | undefined;
  let start = 0;
  let framing: Framing | undefined;
  for (let stream = 1; stream <= streams; stream++) {
    framing = parseFraming(packet, start, stream < streams);
    if (!framing || framing.samples !== (samples ?? framing.samples)) return undefined;
    samples = framing.samples;
    start = framing.end;
  }
  if (!framing) return undefined;
  if (packet.length <= maxBytes) return { samples: framing.samples, parts: [packet] };
  return streams === 1
    ? { samples: framing.samples, parts: framing.frames.map((frame) => alone(packet[0], frame)) }
    : undefined;
}

/** One frame as a packet of its own: the same configuration, with the code of a single frame. */
function alone(toc: number, frame: Uint8Array): Uint8Array {
  const packet = new Uint8Array(1 + frame.length);
  packet[0] = toc & 0xfc;
  packet.set(frame, 1);
  return packet;
}
