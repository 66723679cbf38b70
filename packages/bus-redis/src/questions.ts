import { randomUUID } from 'node:crypto';
import type { Clock } from '@live-transcribe/core';

/** Whoever has what is asked for says so at once: this is the time of a message there and back, on a busy machine. */
const firstAnswerMs = 500;
/** What was said is finalised by then, or else nobody waits for it. */
const lastAnswerMs = 5_000;

type Outcome = 'let go' | 'silent';

interface Question {
  readonly answered: (what: 'letting go' | 'let go') => void;
}

/** What was asked of other servers and is not answered yet. Each has a time limit, which bounds how many there are. */
export class Questions {
  readonly #clock: Clock;
  readonly #open = new Map<string, Question>();
  readonly #ending = new AbortController();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Asks by `send`, with an id that comes back with the answers. */
  async ask(send: (question: string) => Promise<unknown>): Promise<Outcome> {
    const id = randomUUID();
    let outcome: Outcome = 'silent';
    let heard = new AbortController();
    let isPromised = false;
    const answered = (what: 'letting go' | 'let go') => {
      if (what === 'let go') outcome = 'let go';
      isPromised = true;
      heard.abort();
    };
    this.#open.set(id, { answered });
    try {
      await send(id);
      await this.#wait(firstAnswerMs, heard.signal);
      if (!isPromised || outcome !== 'silent') return outcome;
      heard = new AbortController();
      await this.#wait(lastAnswerMs, heard.signal);
      return outcome;
    } catch {
      // Nobody could be asked.
      return 'silent';
    } finally {
      this.#open.delete(id);
    }
  }

  answer(question: string, what: 'letting go' | 'let go'): void {
    this.#open.get(question)?.answered(what);
  }

  /** Nothing is answered any more. */
  end(): void {
    this.#ending.abort();
  }

  #wait(ms: number, heard: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([heard, this.#ending.signal]);
    return this.#clock.wait(ms, signal).catch(() => undefined);
  }
}
