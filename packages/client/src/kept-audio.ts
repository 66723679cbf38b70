import type { AudioChunk, AudioSource } from './sources/source.ts';

interface Kept {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where it begins and ends, in ticks. */
  readonly at: number;
  readonly end: number;
  readonly header: boolean;
}

/** In what the place of a chunk on the timeline is counted. */
interface Clock {
  readonly ticksPerSecond: number;
  /** Ticks between two places where a socket may begin; 0 where a header decides. */
  readonly grid: number;
  /** What is kept of the audio before the place that is covered: a decoder and a filter need something to run up on. */
  readonly runUpSeconds: number;
  ticksOf(chunk: AudioChunk): number;
}

/** As the wire has it: a whole number of samples at every usual rate. */
const gridSeconds = 0.04;
/** Opus is itself again after 80 ms. */
const runUpSeconds = 2 * gridSeconds;
/** Parts of the grid: what sums of decimal seconds are off at most. */
const rounding = 1e-6;
/** A container's time is known by the wall clock only. */
const uncertainSeconds = 1;
/** Far beyond any compressed audio. */
const mostBytesPerSecond = 100_000;
/** Added to the bound for a socket that was told where the audio begins: it must open, begin and catch up. */
const graceSeconds = 30;

const sampleBytes = { pcm16: 2, pcm16be: 2, pcm_f32: 4, mulaw: 1, alaw: 1 };

function clockOf({ encoding, sampleRate, channels, packetMs }: AudioSource): Clock {
  if (encoding === 'auto') {
    return { ticksPerSecond: 1, grid: 0, runUpSeconds: uncertainSeconds, ticksOf: ({ seconds = 0 }) => seconds };
  }
  if (encoding === 'opus') {
    // Packets of any length that Opus has fill the grid at the latest after 16.
    const grid = [1, 2, 4, 8].find((packets) => (packets * packetMs) % (gridSeconds * 1000) === 0) ?? 16;
    return { ticksPerSecond: 1000 / packetMs, grid, runUpSeconds, ticksOf: () => 1 };
  }
  const frame = sampleBytes[encoding] * channels;
  const grid = frame * Math.round(gridSeconds * sampleRate);
  return { ticksPerSecond: frame * sampleRate, grid, runUpSeconds, ticksOf: ({ bytes }) => bytes.length };
}

/**
 * Audio that may have to be sent, or sent again. At most `keepSeconds` of it, and 100 KB for each of them; beyond that the
 * oldest goes, though what a socket has been promised only 30 s later. Places are counted: in bytes of PCM, in packets of Opus.
 */
export class KeptAudio {
  readonly #clock: Clock;
  readonly #keepSeconds: number;
  readonly #chunks: Kept[] = [];
  #begun = false;
  #bytes = 0;
  #end = 0;
  /** How many of the chunks have been taken, and what is to be left out at the beginning of the next, in bytes. */
  #taken = 0;
  #skip = 0;
  #unsentBytes = 0;
  #promised = true;

  constructor(source: AudioSource, keepSeconds: number) {
    this.#clock = clockOf(source);
    this.#keepSeconds = keepSeconds;
  }

  get unsentBytes(): number {
    return this.#unsentBytes;
  }

  /** Of all that was pushed. */
  get seconds(): number {
    return this.#end / this.#clock.ticksPerSecond;
  }

  /** Answers whether audio had to go that was never taken. */
  push(chunk: AudioChunk): boolean {
    const { bytes } = chunk;
    const at = this.#end;
    this.#end += this.#clock.ticksOf(chunk);
    const header = this.#clock.grid > 0 || !this.#begun || chunk.header === true;
    this.#begun = true;
    this.#chunks.push({ bytes, at, end: this.#end, header });
    this.#bytes += bytes.length;
    this.#unsentBytes += bytes.length;
    let lost = false;
    while (this.#isFull) lost = this.#forget() || lost;
    return lost;
  }

  /** The next to be sent. */
  take(): Uint8Array<ArrayBuffer> | undefined {
    const chunk = this.#chunks[this.#taken];
    if (chunk === undefined) return undefined;
    const bytes = chunk.bytes.subarray(this.#skip);
    this.#skip = 0;
    this.#taken += 1;
    this.#unsentBytes -= bytes.length;
    return bytes;
  }

  /** What was said before `seconds` is told by events that are kept. */
  cover(seconds: number): void {
    const { grid, runUpSeconds: runUp, ticksPerSecond } = this.#clock;
    const limit = (seconds - runUp) * ticksPerSecond;
    // A place where a socket may begin, so that the next one begins no later.
    const needed = grid === 0 ? limit : Math.floor(limit / grid + rounding) * grid;
    let unneeded = 0;
    for (let index = 1; index <= this.#taken; index++) {
      const chunk = this.#chunks[index];
      if (chunk === undefined || chunk.at > needed) break;
      if (chunk.header) unneeded = index;
    }
    while (unneeded-- > 0) this.#forget();
  }

  /** Begins anew with what is kept; returns where that is, in seconds, or `undefined` where decoding cannot begin. */
  rewind(): number | undefined {
    while (this.#isFull) this.#forget();
    this.#promised = true;
    const { grid, ticksPerSecond } = this.#clock;
    const [first] = this.#chunks;
    if (first?.header === false) return undefined;
    const at = first?.at ?? this.#end;
    const from = grid === 0 ? at : Math.ceil(at / grid) * grid;
    this.#taken = 0;
    while ((this.#chunks[this.#taken]?.end ?? Number.POSITIVE_INFINITY) <= from && grid > 0) this.#taken += 1;
    const next = this.#chunks[this.#taken];
    this.#skip = next === undefined ? 0 : from - next.at;
    this.#unsentBytes = this.#chunks.slice(this.#taken).reduce((sum, { bytes }) => sum + bytes.length, 0) - this.#skip;
    return from / ticksPerSecond;
  }

  /** There is no socket any more to which anything was promised. */
  release(): void {
    this.#promised = false;
  }

  get #isFull(): boolean {
    const [first] = this.#chunks;
    if (first === undefined || this.#chunks.length === 1) return false;
    const seconds = (this.#end - first.at) / this.#clock.ticksPerSecond;
    const most = this.#keepSeconds + (this.#promised && this.#taken === 0 ? graceSeconds : 0);
    return seconds > most || this.#bytes > most * mostBytesPerSecond;
  }

  #forget(): boolean {
    const chunk = this.#chunks.shift();
    if (chunk === undefined) return false;
    this.#bytes -= chunk.bytes.length;
    if (this.#taken > 0) {
      this.#taken -= 1;
      return false;
    }
    this.#unsentBytes -= chunk.bytes.length - this.#skip;
    this.#skip = 0;
    return true;
  }
}
