import { f64, u16, u32, u64 } from './isobmff.ts';
import { concatBytes, text } from './matroska.ts';

/** Writes CAF by hand, well-formed or not. */
type Part = Uint8Array | readonly number[];

export const cafHeader = (version = 1): Uint8Array => concatBytes(text('caff'), u16(version), u16(0));

/** `size` is what it states, where that is not the truth. */
export function chunk(type: string, body: Part, size = body.length): Uint8Array {
  const stated = size < 0 ? [...u32(2 ** 32 - 1), ...u32(size + 2 ** 32)] : u64(size);
  return concatBytes(text(type), stated, body);
}

export interface DescOptions {
  readonly codec?: string;
  readonly rate?: number;
  readonly flags?: number;
  readonly bytesPerPacket?: number;
  readonly framesPerPacket?: number;
  readonly channels?: number;
  readonly bits?: number;
}

export const littleEndian = 2;

/** 16-bit PCM unless it says otherwise. */
export const desc = ({
  codec = 'lpcm',
  rate = 48_000,
  flags = littleEndian,
  bytesPerPacket = 2,
  framesPerPacket = 1,
  channels = 1,
  bits = 16,
}: DescOptions = {}): Uint8Array =>
  chunk(
    'desc',
    concatBytes(f64(rate), text(codec), [flags, bytesPerPacket, framesPerPacket, channels, bits].flatMap(u32)),
  );

/** The audio, behind its number of edits. */
export const data = (audio: Part, size?: number): Uint8Array =>
  chunk('data', concatBytes(u32(0), audio), size === undefined ? audio.length + 4 : size);

/** A number in 7 bits of each byte. */
export const packed = (value: number): number[] =>
  value < 128 ? [value] : [...packed(Math.floor(value / 128)).map((byte) => byte | 128), value % 128];

export interface TableOptions {
  readonly numbers: readonly number[];
  readonly count?: number;
  readonly priming?: number;
  readonly remainder?: number;
}

/** The table of packets. */
export const pakt = ({ numbers, count = numbers.length, priming = 0, remainder = 0 }: TableOptions): Uint8Array =>
  chunk('pakt', concatBytes(u64(count), u64(0), u32(priming), u32(remainder), numbers.flatMap(packed)));

export const opusDesc = (options: DescOptions = {}): Uint8Array =>
  desc({ codec: 'opus', flags: 0, bytesPerPacket: 0, framesPerPacket: 960, bits: 0, ...options });

/** A file as Apple's recorders write it: with the table in front. */
export const opusFile = (packets: readonly Uint8Array[], table: Partial<TableOptions> = {}): Uint8Array =>
  concatBytes(
    cafHeader(),
    opusDesc(),
    pakt({ numbers: packets.map(({ length }) => length), ...table }),
    data(concatBytes(...packets)),
  );
