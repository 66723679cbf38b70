/** Seconds between two places where a client may begin. */
const grid = 0.04;
const utteranceSeconds = 0.5;

export interface WireStart {
  readonly encoding?: string;
  readonly sample_rate?: number;
  readonly resumable?: boolean;
  readonly words?: boolean;
  readonly resume?: { readonly session_id: string; readonly from: number; readonly after: number };
}

/** How the bytes of one encoding are counted: units of audio, of which there are so many in a second. */
export interface Counting {
  readonly perSecond: number;
  /** The units in one message. */
  readonly units: (bytes: Buffer) => Buffer[];
}

/** PCM by samples, Opus by packets, everything else by up to 1,000 bytes, which are called a second. */
export function countingOf({ encoding = 'auto', sample_rate: rate = 24_000 }: WireStart): Counting {
  if (encoding === 'opus') return { perSecond: 50, units: (packet) => [packet] };
  const size = encoding === 'pcm16' ? 2 : 1_000;
  const split = (bytes: Buffer) =>
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    );
  return { perSecond: encoding === 'pcm16' ? rate : 1, units: split };
}

interface Logged {
  readonly seq: number;
  readonly message: object;
}

/**
 * What a server remembers of one session, whatever sockets come and go: the audio, and the events it has logged. Every
 * half second of audio is an utterance, whose text says of which units.
 */
export class WireSession {
  readonly id = crypto.randomUUID();
  readonly audio: Buffer[] = [];
  /** Units that never came, and were taken for silence. */
  readonly holes: { readonly from: number; readonly to: number }[] = [];
  readonly log: Logged[] = [];
  /** What the first start message said. */
  readonly start: WireStart;
  readonly perSecond: number;
  ended = false;
  /** Whether finals say what is covered. */
  covers = true;
  #finalised = 0;
  #segment = 0;
  #seq = 0;

  constructor(start: WireStart) {
    this.start = start;
    this.perSecond = countingOf(start).perSecond;
    // As the real one logs that a session was opened: a number without a message.
    this.#seq += 1;
  }

  get received(): number {
    return this.audio.length / this.perSecond;
  }

  /** Of what is told by events, rounded down to the grid. */
  get covered(): number {
    return (Math.floor(this.#finalised / this.perSecond / grid + 1e-9) * grid * 1e6) / 1e6;
  }

  /** Takes audio that begins at unit `at`; answers the messages that this makes. */
  hear(at: number, units: readonly Buffer[]): object[] {
    const have = this.audio.length;
    if (at > have) {
      this.holes.push({ from: have, to: at });
      while (this.audio.length < at) this.audio.push(Buffer.alloc(0));
    }
    this.audio.push(...units.slice(Math.max(0, have - at)));
    return [...this.#finals(utteranceSeconds * this.perSecond), ...this.#partial()];
  }

  /** Finalises all that was heard. */
  commit(): object[] {
    return this.#finals(1);
  }

  end(): object[] {
    if (this.ended) return [];
    const messages = this.commit();
    this.ended = true;
    return [...messages, this.#logged({ ended: true, duration: this.received, segments: this.#segment })];
  }

  #finals(least: number): object[] {
    const messages: object[] = [];
    while (this.audio.length - this.#finalised >= least) {
      const from = this.#finalised;
      const to = Math.min(this.audio.length, from + Math.ceil(utteranceSeconds * this.perSecond));
      this.#finalised = to;
      const place = { segment: this.#segment++, start: from / this.perSecond, end: to / this.perSecond };
      messages.push(this.#logged({ final: `${from}-${to}`, ...place }));
      if (this.covers) messages.push({ covered: this.covered, seq: this.#seq });
    }
    return messages;
  }

  #partial(): object[] {
    const [from, to] = [this.#finalised, this.audio.length];
    const place = { segment: this.#segment, start: from / this.perSecond, end: to / this.perSecond };
    return to > from ? [{ partial: `${from}-${to}`, ...place }] : [];
  }

  #logged(said: object): object {
    this.#seq += 1;
    const message = { ...said, seq: this.#seq };
    this.log.push({ seq: this.#seq, message });
    return message;
  }
}
