import type { Clock, TranscribeError } from '@live-transcribe/core';
import type { Seat } from './seat.ts';

/** What a connection that was lost has left behind: its decoder may hold back some audio yet. */
export interface Remains {
  /** Gives the session what is held back. */
  flush(): Promise<void>;
  free(): void;
}

type State =
  | { readonly is: 'attended'; readonly seat: Seat }
  /** Nobody speaks, but somebody may come back. */
  | { readonly is: 'held'; readonly remains: Remains | undefined; readonly waiting: AbortController }
  /** No more audio comes; `seat` is who hears the rest. */
  | { readonly is: 'finishing'; readonly seat: Seat | undefined };

export interface AttendanceOptions {
  readonly clock: Clock;
  /** How long a lost client is waited for. */
  readonly resumeMs: number;
  /** Called when nobody has come within that time. */
  readonly onDeserted: () => void;
}

/**
 * Who speaks in a session: at most one connection at a time.
 *
 *   attended ──lost──▶ held ──nobody came──▶ finishing
 *      ▲ └──moved──┐     │
 *      └───────────┴─────┘            attended ──said so──▶ finishing
 */
export class Attendance {
  readonly #options: AttendanceOptions;
  #state: State;

  /** A new session has its speaker from the start; one that is gone on with waits for them. */
  constructor(options: AttendanceOptions, seat: Seat | undefined) {
    this.#options = options;
    this.#state = seat ? { is: 'attended', seat } : this.#held(undefined);
  }

  /** Whether somebody may speak. */
  get isOpen(): boolean {
    return this.#state.is !== 'finishing';
  }

  get isHeld(): boolean {
    return this.#state.is === 'held';
  }

  isOf(seat: Seat): boolean {
    return this.#state.is === 'attended' && this.#state.seat === seat;
  }

  /**
   * Gives the session to `seat`, and resolves when the one before does nothing with it any more. What an earlier connection
   * left behind is the caller's. `undefined` when no more audio is taken.
   */
  async take(seat: Seat, dismissal: TranscribeError): Promise<{ readonly remains: Remains | undefined } | undefined> {
    const before = this.#state;
    if (before.is === 'finishing') return undefined;
    this.#state = { is: 'attended', seat };
    if (before.is === 'held') {
      before.waiting.abort();
      return { remains: before.remains };
    }
    before.seat.dismiss(dismissal);
    await before.seat.left;
    return { remains: undefined };
  }

  /** The one who speaks is lost. */
  hold(remains: Remains | undefined): void {
    this.#state = this.#held(remains);
  }

  /** The one who speaks has said all. */
  finish(seat: Seat): void {
    this.#state = { is: 'finishing', seat };
  }

  /** Waits no longer for one who is lost; answers what is left of them, or `undefined` where nobody is waited for. */
  release(): { readonly remains: Remains | undefined } | undefined {
    const state = this.#state;
    if (state.is !== 'held') return undefined;
    state.waiting.abort();
    this.#state = { is: 'finishing', seat: undefined };
    return { remains: state.remains };
  }

  /** No more audio comes, and nobody is to hear the rest; answers who would have. */
  vacate(): Seat | undefined {
    const state = this.#state;
    this.#state = { is: 'finishing', seat: undefined };
    if (state.is !== 'held') return state.seat;
    state.waiting.abort();
    state.remains?.free();
    return undefined;
  }

  #held(remains: Remains | undefined): State {
    const { clock, resumeMs, onDeserted } = this.#options;
    const waiting = new AbortController();
    // Aborted: somebody came, or it ended otherwise.
    void clock.wait(resumeMs, waiting.signal).then(onDeserted, () => undefined);
    return { is: 'held', remains, waiting };
  }
}
