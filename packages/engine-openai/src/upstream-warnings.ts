import type { Redact } from './redact.ts';
import { UpstreamError, type UpstreamFault } from './upstream-fault.ts';

/** For the log of whoever runs the server. `details` hold no secrets. */
export type Warn = (message: string, details: Readonly<Record<string, unknown>>) => void;

/** An upstream that invents a type for each message is warned about this often, and counted further. */
const mostTypes = 32;
/** In characters. */
const longestExcerpt = 200;

/** What an upstream says that is not as agreed, once each. */
export class UpstreamWarnings {
  readonly #warn: Warn;
  readonly #redact: Redact;
  readonly #counts = new Map<string, number>();

  constructor(warn: Warn, redact: Redact) {
    this.#warn = warn;
    this.#redact = redact;
  }

  unknown(type: string): void {
    if (this.#isFirst(`unknown ${type}`)) {
      this.#warn('OpenAI sent an event of an unknown type; it is ignored.', { type: this.#excerpt(type) });
    }
  }

  malformed(type: string, problem: string, text: string): void {
    if (!this.#isFirst(`malformed ${type}`)) return;
    const details = { type: this.#excerpt(type), problem: this.#excerpt(problem), text: this.#excerpt(text) };
    this.#warn('OpenAI sent a message that is not of the expected form; it is ignored.', details);
  }

  /** An error that leaves the session open. */
  error(fault: UpstreamFault): void {
    const { code, type, message } = new UpstreamError(fault, this.#redact);
    this.#warn('OpenAI reported an error; the session goes on.', { code, type, message });
  }

  /** The session is over: says how often what was warned about once came again. */
  end(): void {
    const repeated = [...this.#counts].filter(([, count]) => count > 1);
    if (repeated.length === 0) return;
    const counts = Object.fromEntries(repeated.map(([kind, count]) => [this.#excerpt(kind), count]));
    this.#warn('OpenAI sent messages that were ignored more than once.', { counts });
  }

  #isFirst(kind: string): boolean {
    const count = this.#counts.get(kind) ?? 0;
    if (count === 0 && this.#counts.size >= mostTypes) return false;
    this.#counts.set(kind, count + 1);
    return count === 0;
  }

  #excerpt(text: string): string {
    // Redacted first: a cut through a secret would hide it from the redaction.
    return this.#redact(text).slice(0, longestExcerpt);
  }
}
