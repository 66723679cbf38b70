import { withTimeLimit } from '../async/time-limit.ts';
import { whenAborted } from '../async/when-aborted.ts';
import { EngineError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Engine, EngineSession, RecognitionOptions } from '../ports/engine.ts';

/** An engine that does not open within this time is tried again. */
const openTimeoutMs = 15_000;
/** After the last sample: the engine may still have a minute of speech to think about, but not for ever. */
const finishTimeoutMs = 30_000;

/** One connection to the engine, from its opening to its end, under time limits. */
export class EngineConnection {
  readonly #clock: Clock;
  readonly #ending = new AbortController();
  #isOver = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Aborted when the connection is over. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** As the signal says, but for nothing: it is asked for each chunk of audio. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Ends it at once, in whatever it does; the first reason counts. */
  end(reason: unknown): void {
    this.#isOver = true;
    this.#ending.abort(reason);
  }

  /** Throws what the engine throws, or an `EngineError` when it takes too long. */
  async open(engine: Engine, recognition: RecognitionOptions): Promise<EngineSession> {
    const limit = this.#limit(openTimeoutMs, 'open');
    return withTimeLimit(limit, () => engine.open(recognition, this.signal));
  }

  /** Tells the engine that no more comes, and resolves at the end of the connection, which has a time limit then. */
  async finish(engineSession: EngineSession): Promise<void> {
    await withTimeLimit(this.#limit(finishTimeoutMs, 'finish'), async () => {
      await engineSession.finish();
      await whenAborted(this.signal);
    });
  }

  #limit(ms: number, what: string) {
    const late = new EngineError('engine_timeout', `The engine did not ${what} within ${ms / 1000} s.`);
    return { ms, clock: this.#clock, signal: this.signal, onLate: () => this.end(late) };
  }
}
