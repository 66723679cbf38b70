import type { ChunkEntry, TextEntry } from './entries.ts';

/** What happened in one second, by the server's clock. */
export interface Second {
  bytesIn: number;
  bytesOut: number;
  textsIn: number;
  textsOut: number;
  peak: number;
  /** Of mean powers, one for each chunk. */
  power: number;
  chunks: number;
}

/** How long after its last sound a text was sent. */
export interface Latency {
  readonly t: number;
  readonly seconds: number;
  readonly final: boolean;
}

/** So much is shown, and a little more kept. */
export const windowSeconds = 60;
const keptSeconds = windowSeconds + 5;
/** When which audio arrived: as long as the slowest final takes. */
const mostArrivals = 10_000;
const mostLatencies = 2_000;

interface Arrival {
  readonly session: string;
  readonly end: number;
  readonly t: number;
}

/** The last minute, second by second. */
export class DebugHistory {
  readonly #seconds = new Map<number, Second>();
  #arrivals: Arrival[] = [];
  #latencies: Latency[] = [];
  #newest = 0;

  /** Of the newest entry, in seconds since 1970 by the server's clock; 0 while there is none. */
  get newest(): number {
    return this.#newest;
  }
  get latencies(): readonly Latency[] {
    return this.#latencies;
  }

  second(at: number): Readonly<Second> | undefined {
    return this.#seconds.get(Math.floor(at));
  }

  addChunksIn(chunks: readonly ChunkEntry[]): void {
    for (const { t, session, bytes, end, peak = 0, rms = 0 } of chunks) {
      const second = this.#at(t);
      second.bytesIn += bytes;
      second.peak = Math.max(second.peak, peak);
      second.power += rms * rms;
      second.chunks++;
      this.#arrivals.push({ session, end, t });
    }
    this.#arrivals = this.#arrivals.slice(-mostArrivals);
  }

  addChunksOut(chunks: readonly ChunkEntry[]): void {
    for (const { t, bytes } of chunks) this.#at(t).bytesOut += bytes;
  }

  addTextsIn(texts: readonly TextEntry[]): void {
    for (const { t } of texts) this.#at(t).textsIn++;
  }

  /** After the chunks of the same time. */
  addTextsOut(texts: readonly TextEntry[]): void {
    for (const { t, session, type, end } of texts) {
      this.#at(t).textsOut++;
      const heard = end === undefined ? undefined : this.#arrival(session, end);
      if (heard !== undefined && t >= heard) this.#latencies.push({ t, seconds: t - heard, final: type === 'final' });
    }
    this.#latencies = this.#latencies.filter(({ t }) => t > this.#newest - keptSeconds).slice(-mostLatencies);
  }

  /** Half of the latencies shown are below it. */
  medianLatency(): number | undefined {
    const sorted = this.#latencies.map(({ seconds }) => seconds).toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)];
  }

  /** When the audio up to `end` had arrived. */
  #arrival(session: string, end: number): number | undefined {
    return this.#arrivals.find((arrival) => arrival.session === session && arrival.end >= end - 1e-3)?.t;
  }

  #at(t: number): Second {
    const key = Math.floor(t);
    this.#newest = Math.max(this.#newest, t);
    let second = this.#seconds.get(key);
    if (second === undefined) {
      second = { bytesIn: 0, bytesOut: 0, textsIn: 0, textsOut: 0, peak: 0, power: 0, chunks: 0 };
      this.#seconds.set(key, second);
      for (const old of this.#seconds.keys()) if (old < this.#newest - keptSeconds) this.#seconds.delete(old);
    }
    return second;
  }
}
