import { checkSampleRate } from '../format.ts';
import { audible, clip16, toInt16 } from '../samples.ts';
import { type Filter, filterFor } from './filter.ts';

/** The taps are padded to a multiple of 4 with zeros, which weigh up to 3 samples beyond the last one needed. */
const padding = 3;

/** Input samples taken at a time; longer input is worked off in blocks, so that memory does not depend on it. */
const blockSamples = 2_048;

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));

const nothing = new Int16Array(0);

/**
 * Mono audio from one rate to another: band-limited, streaming, exact at any chunking. Output sample n sounds at the time
 * n / outputRate of the input, so times need no correction; it comes out once 32 samples of the lower rate beyond it are in.
 */
export class Resampler {
  /** Output samples per `#down` input samples. */
  readonly #up: number;
  readonly #down: number;
  readonly #filter: Filter | undefined;
  /** Input not yet used up, in steps of 16 bits. Zeros stand for what was before the first sample. */
  readonly #history: Float32Array;
  #filled = 0;
  /** Where in the history the next output sample's taps begin, and how far beyond it lies, in parts of `#up`. */
  #next = 0;
  #phase = 0;

  /** Throws `unsupported_audio` for a rate (Hz) beyond the limits of the formats. */
  constructor(inputRate: number, outputRate: number) {
    checkSampleRate(inputRate);
    checkSampleRate(outputRate);
    const divisor = greatestCommonDivisor(inputRate, outputRate);
    this.#up = outputRate / divisor;
    this.#down = inputRate / divisor;
    this.#filter = inputRate === outputRate ? undefined : filterFor(this.#up, this.#down);
    this.#history = new Float32Array(this.#filter ? this.#filter.taps + blockSamples + padding : 0);
    this.#begin();
  }

  /**
   * The output that has become certain, possibly none. Floats have full scale at 1. The result is the caller's own, except
   * that 16-bit input at an unchanged rate is handed back as it is.
   */
  push(input: Int16Array | Float32Array): Int16Array {
    const filter = this.#filter;
    if (!filter) return input instanceof Int16Array ? input : toInt16(input);
    const certain = this.#certain(filter, input.length);
    const output = certain === 0 ? nothing : new Int16Array(certain);
    let written = 0;
    for (let taken = 0; taken < input.length; ) {
      taken += this.#take(input, taken);
      written = this.#produce(filter, output, written);
    }
    return output;
  }

  /** The rest, as if silence followed; as many samples as the input lasted have then come out. Begins anew. */
  flush(): Int16Array {
    const tail = this.push(new Int16Array(this.#filter?.reach ?? 0));
    this.#begin();
    return tail;
  }

  #begin(): void {
    this.#history.fill(0);
    this.#filled = this.#filter ? this.#filter.reach - 1 : 0;
    this.#next = 0;
    this.#phase = 0;
  }

  /** How many samples can be produced once `arriving` more are in. */
  #certain(filter: Filter, arriving: number): number {
    const spare = this.#filled + arriving - this.#next - 2 * filter.reach;
    return spare < 0 ? 0 : Math.floor(((spare + 1) * this.#up - 1 - this.#phase) / this.#down) + 1;
  }

  #take(input: Int16Array | Float32Array, from: number): number {
    const history = this.#history;
    history.copyWithin(0, this.#next, this.#filled);
    this.#filled -= this.#next;
    this.#next = 0;
    const count = Math.min(input.length - from, history.length - padding - this.#filled);
    if (input instanceof Int16Array) {
      for (let i = 0; i < count; i++) history[this.#filled + i] = input[from + i];
    } else {
      for (let i = 0; i < count; i++) history[this.#filled + i] = audible(input[from + i]) * 32_768;
    }
    this.#filled += count;
    return count;
  }

  #produce(filter: Filter, output: Int16Array, from: number): number {
    const history = this.#history;
    const { taps, rows, coefficients } = filter;
    const exact = rows === this.#up;
    const wholeStep = Math.floor(this.#down / this.#up);
    const partStep = this.#down % this.#up;
    const last = this.#filled - 2 * filter.reach;
    let next = this.#next;
    let phase = this.#phase;
    let written = from;
    while (next <= last) {
      if (exact) {
        output[written++] = clip16(weigh(coefficients, phase * taps, history, next, taps));
      } else {
        const position = (phase / this.#up) * rows;
        const row = Math.floor(position);
        const here = weigh(coefficients, row * taps, history, next, taps);
        const there = weigh(coefficients, (row + 1) * taps, history, next, taps);
        output[written++] = clip16(here + (there - here) * (position - row));
      }
      next += wholeStep;
      phase += partStep;
      if (phase >= this.#up) {
        phase -= this.#up;
        next += 1;
      }
    }
    this.#next = next;
    this.#phase = phase;
    return written;
  }
}

/** The weighted sum of `taps` samples. Four sums side by side do not wait for each other; the order is the same every time. */
function weigh(weights: Float32Array, row: number, samples: Float32Array, from: number, taps: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = row, j = from, end = row + taps; i < end; i += 4, j += 4) {
    a += weights[i] * samples[j];
    b += weights[i + 1] * samples[j + 1];
    c += weights[i + 2] * samples[j + 2];
    d += weights[i + 3] * samples[j + 3];
  }
  return a + b + (c + d);
}
