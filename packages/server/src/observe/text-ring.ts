/** What an event is shown as. */
export interface ShownText {
  readonly type: string;
  readonly text: string;
  readonly ts: { readonly start_s: number; readonly end_s: number } | null;
  readonly event: string;
}

/** A text, as `/debug/front-text` and `/debug/openai-text` show it. */
export interface TextEntry extends ShownText {
  /** Seconds since 1970. */
  readonly t: number;
  readonly session_id: string;
}

export interface TextRingOptions<Event> {
  readonly size: number;
  /** Of events, as `weigh` tells, in bytes. */
  readonly maxBytes: number;
  readonly weigh: (event: Event) => number;
  /** Called when somebody looks. */
  readonly show: (event: Event) => ShownText;
}

/**
 * The latest `size` events, as far as all of them together stay below `maxBytes`; older ones are let go of. Events are
 * kept as they are, and worded only when somebody looks. Nothing changes them.
 */
export class TextRing<Event> {
  readonly #options: TextRingOptions<Event>;
  readonly #times: Float64Array;
  readonly #sessions: (string | undefined)[] = [];
  readonly #events: (Event | undefined)[] = [];
  #added = 0;
  #kept = 0;
  #bytes = 0;

  constructor(options: TextRingOptions<Event>) {
    this.#options = options;
    this.#times = new Float64Array(options.size);
  }

  /** What the events that are kept weigh. */
  get bytes(): number {
    return this.#bytes;
  }

  add(session: string, event: Event): void {
    const { size, maxBytes, weigh } = this.#options;
    const weight = weigh(event);
    // Alone too large, as no text is that somebody has said.
    if (weight > maxBytes) return;
    if (this.#kept === size) this.#forget();
    while (this.#kept > 0 && this.#bytes + weight > maxBytes) this.#forget();
    const at = this.#added % size;
    this.#times[at] = Date.now();
    this.#sessions[at] = session;
    this.#events[at] = event;
    this.#added += 1;
    this.#kept += 1;
    this.#bytes += weight;
  }

  /** The latest `limit` of one session, or of all; oldest first. */
  latest(limit: number, session?: string): TextEntry[] {
    const found: TextEntry[] = [];
    const oldest = this.#added - this.#kept;
    for (let number = this.#added - 1; number >= oldest && found.length < limit; number -= 1) {
      const at = number % this.#options.size;
      const session_id = this.#sessions[at] ?? '';
      const event = this.#events[at];
      if (event === undefined || (session !== undefined && session !== session_id)) continue;
      found.push({ t: (this.#times[at] ?? 0) / 1000, session_id, ...this.#options.show(event) });
    }
    return found.reverse();
  }

  #forget(): void {
    const at = (this.#added - this.#kept) % this.#options.size;
    const event = this.#events[at];
    if (event !== undefined) this.#bytes -= this.#options.weigh(event);
    this.#events[at] = undefined;
    this.#sessions[at] = undefined;
    this.#kept -= 1;
  }
}
