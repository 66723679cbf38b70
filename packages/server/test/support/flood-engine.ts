import { streamMs } from '@live-transcribe/audio';
import { type Engine, EngineEvents, type EngineSession } from '@live-transcribe/core';

/** Says `utterances` texts of at least `length` letters, whatever it hears, as fast as they are taken: `0`, `1`, `2`, … */
export class FloodEngine implements Engine {
  readonly id = 'flood';
  readonly sampleRate = 16_000;
  readonly features = { languages: 'any', caveat: undefined } as const;
  readonly #utterances: number;
  readonly #length: number;

  constructor(utterances: number, length = 0) {
    this.#utterances = utterances;
    this.#length = length;
  }

  readiness() {
    return { ready: true } as const;
  }

  async open(): Promise<EngineSession> {
    const events = new EngineEvents();
    void this.#flood(events);
    const finish = async () => events.end();
    return { events, write: async () => {}, commit: async () => {}, clear: async () => {}, finish };
  }

  async close(): Promise<void> {}

  async #flood(events: EngineEvents): Promise<void> {
    for (let index = 0; index < this.#utterances && !events.ended; index += 1) {
      const span = { start: streamMs(index), end: streamMs(index + 1), vendorEvent: 'flood' };
      events.push({ kind: 'hypothesis', ...span, text: `${index}?` });
      events.push({ kind: 'utterance', ...span, text: String(index).padEnd(this.#length) });
      await events.room();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
