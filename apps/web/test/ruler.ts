import { Resampler } from '@live-transcribe/audio';

/** Noise that is nowhere like itself, so that a piece of it tells its place. Below 4 kHz, so that half a sample hardly matters. */
export class Ruler {
  readonly #sampleRate = 48_000;
  readonly #samples: Int16Array;

  constructor(seconds: number) {
    this.#samples = new Int16Array(seconds * this.#sampleRate);
    let seed = 1;
    let slow = 0;
    let slower = 0;
    for (let i = 0; i < this.#samples.length; i++) {
      // Numerical Recipes' linear congruential generator: the same noise in every run.
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      slow += 0.25 * (seed / 2 ** 31 - 1 - slow);
      slower += 0.25 * (slow - slower);
      this.#samples[i] = Math.round(slower * 24_000);
    }
  }

  get wav(): Buffer {
    const bytes = Buffer.from(this.#samples.buffer);
    const header = Buffer.alloc(44);
    header.write('RIFF', 0, 'latin1');
    header.writeUInt32LE(36 + bytes.length, 4);
    header.write('WAVEfmt ', 8, 'latin1');
    header.writeUInt32LE(16, 16);
    header.writeUInt16LE(1, 20);
    header.writeUInt16LE(1, 22);
    header.writeUInt32LE(this.#sampleRate, 24);
    header.writeUInt32LE(this.#sampleRate * 2, 28);
    header.writeUInt16LE(2, 32);
    header.writeUInt16LE(16, 34);
    header.write('data', 36, 'latin1');
    header.writeUInt32LE(bytes.length, 40);
    return Buffer.concat([header, bytes]);
  }

  at(sampleRate: number): Int16Array {
    const resampler = new Resampler(this.#sampleRate, sampleRate);
    const [head, tail] = [resampler.push(this.#samples), resampler.flush()];
    const all = new Int16Array(head.length + tail.length);
    all.set(head);
    all.set(tail, head.length);
    return all;
  }
}

/** How alike two pieces of equal length are, -1 to 1. */
export function correlation(a: Int16Array, b: Int16Array): number {
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] ?? 0;
    const y = b[i] ?? 0;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / Math.sqrt(aa * bb || 1);
}

/** Where in `whole`, of the places from `from` to `to`, the piece is most alike. */
export function locate(piece: Int16Array, whole: Int16Array, from: number, to: number) {
  let best = { at: -1, alike: -1 };
  for (let at = Math.max(0, from); at <= to && at + piece.length <= whole.length; at++) {
    const alike = correlation(piece, whole.subarray(at, at + piece.length));
    if (alike > best.alike) best = { at, alike };
  }
  return best;
}
