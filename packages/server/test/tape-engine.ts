import { joinSamples } from '@live-transcribe/audio';
import { type Engine, EngineEvents, type EngineSession } from '@live-transcribe/core';

/** Recognises nothing and keeps every sample it is given. */
export class TapeEngine implements Engine {
  readonly id = 'tape';
  readonly features = { languages: 'any', caveat: undefined } as const;
  readonly sampleRate: number;
  /** What each connection has heard, in the order in which they were opened. */
  readonly #tapes: Int16Array[][] = [];

  constructor(sampleRate: number) {
    this.sampleRate = sampleRate;
  }

  /** What the n-th connection has heard so far; the latest one without `n`. */
  heard(n = this.#tapes.length - 1): Int16Array {
    return joinSamples(this.#tapes[n] ?? []);
  }

  get connections(): number {
    return this.#tapes.length;
  }

  readiness() {
    return { ready: true } as const;
  }

  async open(): Promise<EngineSession> {
    const events = new EngineEvents();
    const tape: Int16Array[] = [];
    this.#tapes.push(tape);
    return {
      events,
      write: async (samples) => {
        tape.push(samples.slice());
      },
      commit: async () => {},
      clear: async () => {},
      finish: async () => events.end(),
    };
  }

  async close(): Promise<void> {}
}
