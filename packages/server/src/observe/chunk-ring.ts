/** A piece of audio, as `/debug/front-chunks` and `/debug/openai-chunks` show it. */
export interface ChunkEntry {
  /** Seconds since 1970. */
  readonly t: number;
  readonly session_id: string;
  readonly bytes: number;
  readonly start_s: number;
  readonly end_s: number;
  /** Of what came from the client, parts of full scale. */
  readonly peak?: number;
  readonly rms?: number;
}

/** Numbers of an entry: when, bytes, start, end, peak, rms. */
const width = 6;

/**
 * The latest `size` pieces; older ones are overwritten. They come with every chunk of audio and are looked at next to
 * never: so they are numbers in an array that is made once, and entries only when somebody looks. 56 bytes each.
 */
export class ChunkRing {
  readonly #size: number;
  readonly #numbers: Float64Array;
  readonly #sessions: string[] = [];
  #added = 0;

  constructor(size: number) {
    this.#size = size;
    this.#numbers = new Float64Array(size * width);
  }

  /** `start` and `end` in seconds; `peak` and `rms` as parts of full scale, or not a number where nobody has measured. */
  add(session: string, bytes: number, start: number, end: number, peak = Number.NaN, rms = Number.NaN): void {
    const at = this.#added % this.#size;
    this.#added += 1;
    this.#sessions[at] = session;
    const numbers = this.#numbers;
    const from = at * width;
    numbers[from] = Date.now();
    numbers[from + 1] = bytes;
    numbers[from + 2] = start;
    numbers[from + 3] = end;
    numbers[from + 4] = peak;
    numbers[from + 5] = rms;
  }

  /** The latest `limit` of one session, or of all; oldest first. */
  latest(limit: number, session?: string): ChunkEntry[] {
    const found: ChunkEntry[] = [];
    const oldest = Math.max(0, this.#added - this.#size);
    for (let number = this.#added - 1; number >= oldest && found.length < limit; number -= 1) {
      const at = number % this.#size;
      const session_id = this.#sessions[at] ?? '';
      if (session === undefined || session === session_id) found.push(this.#entry(at, session_id));
    }
    return found.reverse();
  }

  #entry(at: number, session_id: string): ChunkEntry {
    const [t = 0, bytes = 0, start_s = 0, end_s = 0, peak = 0, rms = 0] = this.#numbers.subarray(at * width);
    const level = Number.isNaN(peak) ? {} : { peak, rms };
    return { t: t / 1000, session_id, bytes, start_s, end_s, ...level };
  }
}
