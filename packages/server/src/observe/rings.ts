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

/** A text, as `/debug/front-text` and `/debug/openai-text` show it. */
export interface TextEntry {
  /** Seconds since 1970. */
  readonly t: number;
  readonly session_id: string;
  readonly type: string;
  readonly text: string;
  readonly ts: { readonly start_s: number; readonly end_s: number } | null;
  readonly event: string;
}

/** The latest `size` entries; older ones are overwritten. */
export class Ring<T extends { readonly session_id: string }> {
  readonly #entries: T[] = [];
  readonly #size: number;
  #next = 0;

  constructor(size: number) {
    this.#size = size;
  }

  add(entry: T): void {
    this.#entries[this.#next] = entry;
    this.#next = (this.#next + 1) % this.#size;
  }

  /** The latest `limit` of one session, or of all; oldest first. */
  latest(limit: number, session?: string): T[] {
    const ordered = [...this.#entries.slice(this.#next), ...this.#entries.slice(0, this.#next)];
    return (session === undefined ? ordered : ordered.filter((entry) => entry.session_id === session)).slice(-limit);
  }
}

/** What came from clients and went to them, and the same towards the engine. */
export interface Rings {
  readonly frontChunks: Ring<ChunkEntry>;
  readonly frontText: Ring<TextEntry>;
  readonly engineChunks: Ring<ChunkEntry>;
  readonly engineText: Ring<TextEntry>;
}

export const createRings = (size: number): Rings => ({
  frontChunks: new Ring(size),
  frontText: new Ring(size),
  engineChunks: new Ring(size),
  engineText: new Ring(size),
});

export const epochSeconds = (): number => Date.now() / 1000;
