import type { Service } from './service.ts';
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
  readonly #service: Service;
  readonly #counts = new Map<string, number>();

  constructor(warn: Warn, service: Service) {
    this.#warn = warn;
    this.#service = service;
  }

  unknown(type: string): void {
    if (!this.#isFirst(`unknown ${type}`)) return;
    const message = `An event of an unknown type came from ${this.#service.name}; it is ignored.`;
    this.#warn(message, { type: this.#excerpt(type) });
  }

  malformed(type: string, problem: string, text: string): void {
    if (!this.#isFirst(`malformed ${type}`)) return;
    const details = { type: this.#excerpt(type), problem: this.#excerpt(problem), text: this.#excerpt(text) };
    const message = `A message that is not of the expected form came from ${this.#service.name}; it is ignored.`;
    this.#warn(message, details);
  }

  /** An error that leaves the session open. */
  error(fault: UpstreamFault): void {
    const { code, type, message } = new UpstreamError(fault, this.#service);
    this.#warn(`An error was reported by ${this.#service.name}; the session goes on.`, { code, type, message });
  }

  /** The session is over: says how often what was warned about once came again. */
  end(): void {
    const repeated = [...this.#counts].filter(([, count]) => count > 1);
    if (repeated.length === 0) return;
    const counts = Object.fromEntries(repeated.map(([kind, count]) => [this.#excerpt(kind), count]));
    this.#warn(`Messages of the same kind came from ${this.#service.name} again and were ignored.`, { counts });
  }

  #isFirst(kind: string): boolean {
    const count = this.#counts.get(kind) ?? 0;
    if (count === 0 && this.#counts.size >= mostTypes) return false;
    this.#counts.set(kind, count + 1);
    return count === 0;
  }

  #excerpt(text: string): string {
    // Redacted first: a cut through a secret would hide it from the redaction.
    return this.#service.redact(text).slice(0, longestExcerpt);
  }
}
