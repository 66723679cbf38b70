import type { Voice } from './messages.ts';

/** As OpenAI's models that tell speakers apart name them. */
const names = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J'] as const;
/** Less of a voice is too little to meet somebody new by, or to know them better: models of speakers are made for seconds. */
const leastForNewMs = 1_000;

type Vector = Float64Array;

/**
 * Who has spoken in a session: each voice is that of the speaker whose voices so far it is the most like, or of somebody new. Bound:
 * one vector for each of ten speakers; whoever comes after them is the one of them they are the most like.
 */
export class Speakers {
  readonly #threshold: number;
  /** For each speaker the sum of their voices, each of length 1. */
  readonly #sums: Vector[] = [];

  /** `threshold`: cosine similarity from which on two voices are of one speaker. */
  constructor(threshold: number) {
    this.#threshold = threshold;
  }

  /** The name of whoever speaks so; `undefined` where it is too little to tell. */
  whoIs({ embedding, ms }: Voice): string | undefined {
    const voice = unit(vectorOf(embedding));
    if (voice === undefined) return undefined;
    const similarities = this.#sums.map((sum) => dot(unit(sum) ?? sum, voice));
    const nearest = similarities.indexOf(Math.max(...similarities));
    const isAlike = (similarities[nearest] ?? -1) >= this.#threshold;
    if (ms < leastForNewMs) return isAlike ? names[nearest] : undefined;
    const isFull = this.#sums.length === names.length;
    if (!isAlike && !isFull) return names[this.#sums.push(voice) - 1];
    // What somebody only comes nearest to is not how they sound.
    if (isAlike) this.#learn(nearest, voice);
    return names[nearest];
  }

  #learn(speaker: number, voice: Vector): void {
    const sum = this.#sums[speaker];
    voice.forEach((number, at) => {
      if (sum) sum[at] = (sum[at] ?? 0) + number;
    });
  }
}

function vectorOf(embedding: string): Vector {
  const bytes = Uint8Array.from(Buffer.from(embedding, 'base64'));
  return Float64Array.from(new Float32Array(bytes.buffer));
}

const dot = (one: Vector, other: Vector): number => one.reduce((sum, number, at) => sum + number * (other[at] ?? 0), 0);

/** Of length 1; `undefined` where it has no direction. */
function unit(vector: Vector): Vector | undefined {
  const length = Math.hypot(...vector);
  return Number.isFinite(length) && length > 0 ? vector.map((number) => number / length) : undefined;
}
