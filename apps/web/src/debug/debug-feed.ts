import { type ReadonlySignal, signal } from '@preact/signals';
import type { Gateway } from '../gateway/gateway.ts';
import { type Problem, problemOf } from '../problems.ts';
import { type ChunkEntry, parseChunks, parseTexts, type TextEntry } from './entries.ts';
import { DebugHistory } from './history.ts';

/** The latest entries of the server's four rings. */
export interface Latest {
  readonly chunksIn: readonly ChunkEntry[];
  readonly chunksOut: readonly ChunkEntry[];
  readonly textsIn: readonly TextEntry[];
  readonly textsOut: readonly TextEntry[];
}

const everyMs = 1_000;
const none: Latest = { chunksIn: [], chunksOut: [], textsIn: [], textsOut: [] };

/** Asks the server every second what went through it, for as long as somebody looks. */
export class DebugFeed {
  readonly history = new DebugHistory();
  readonly #gateway: Gateway;
  readonly #session: () => string | undefined;
  readonly #latest = signal<Latest>(none);
  readonly #problem = signal<Problem | undefined>(undefined);
  readonly #stop = new AbortController();
  /** Up to where each ring has been taken. */
  readonly #taken = { chunksIn: 0, chunksOut: 0, textsIn: 0, textsOut: 0 };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heardAt = 0;

  /** `session`: whose entries to ask for; of all where there is none. */
  constructor(gateway: Gateway, session: () => string | undefined) {
    this.#gateway = gateway;
    this.#session = session;
    void this.#ask();
  }

  get latest(): ReadonlySignal<Latest> {
    return this.#latest;
  }
  get problem(): ReadonlySignal<Problem | undefined> {
    return this.#problem;
  }

  /** Seconds since 1970, by the server's clock as far as its entries tell. */
  get now(): number {
    return this.history.newest + (performance.now() - this.#heardAt) / 1000;
  }

  close(): void {
    this.#stop.abort();
    clearTimeout(this.#timer);
  }

  async #ask(): Promise<void> {
    const { signal: stopped } = this.#stop;
    try {
      if (!document.hidden) this.#take(await this.#rings(stopped));
      this.#problem.value = undefined;
    } catch (thrown) {
      if (!stopped.aborted) this.#problem.value = problemOf(thrown);
    }
    if (!stopped.aborted) this.#timer = setTimeout(() => void this.#ask(), everyMs);
  }

  async #rings(stopped: AbortSignal): Promise<Latest> {
    const ring = (name: string) => this.#gateway.debug(name, this.#session(), stopped);
    const [chunksIn, chunksOut, textsIn, textsOut] = await Promise.all([
      ring('front-chunks'),
      ring('openai-chunks'),
      ring('openai-text'),
      ring('front-text'),
    ]);
    return {
      chunksIn: parseChunks(chunksIn),
      chunksOut: parseChunks(chunksOut),
      textsIn: parseTexts(textsIn),
      textsOut: parseTexts(textsOut),
    };
  }

  #take(latest: Latest): void {
    const before = this.history.newest;
    this.history.addChunksIn(this.#fresh('chunksIn', latest.chunksIn));
    this.history.addChunksOut(this.#fresh('chunksOut', latest.chunksOut));
    this.history.addTextsIn(this.#fresh('textsIn', latest.textsIn));
    this.history.addTextsOut(this.#fresh('textsOut', latest.textsOut));
    if (this.history.newest > before) this.#heardAt = performance.now();
    this.#latest.value = latest;
  }

  #fresh<Entry extends { readonly t: number }>(ring: keyof Latest, entries: readonly Entry[]): readonly Entry[] {
    const fresh = entries.filter(({ t }) => t > this.#taken[ring]);
    this.#taken[ring] = fresh.at(-1)?.t ?? this.#taken[ring];
    return fresh;
  }
}
