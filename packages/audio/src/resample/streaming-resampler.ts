import { checkSampleRate } from '../format.ts';
import { toInt16 } from '../samples.ts';
import { type Arithmetic, blockSamples } from './arithmetic.ts';
import { type Filter, filterFor } from './filter.ts';

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));

/**
 * Mono audio from one rate (Hz) to another: band-limited, streaming, exact at any chunking. Output sample n sounds at the
 * time n / outputRate of the input, so times need no correction; it comes out once 26 samples of the lower rate beyond it
 * are in. Throws `unsupported_audio` for a rate beyond the limits of the formats.
 */
export class StreamingResampler {
  readonly #stream: Stream | undefined;
  #output = new Int16Array(0);

  constructor(inputRate: number, outputRate: number, arithmetic: () => Arithmetic) {
    checkSampleRate(inputRate);
    checkSampleRate(outputRate);
    if (inputRate === outputRate) return;
    const divisor = greatestCommonDivisor(inputRate, outputRate);
    const filter = filterFor(outputRate / divisor, inputRate / divisor);
    this.#stream = new Stream(filter, arithmetic());
  }

  /**
   * The output that has become certain, possibly none. Floats have full scale at 1. The result is the caller's own, except
   * that 16-bit input at an unchanged rate is handed back as it is.
   */
  push(input: Int16Array | Float32Array): Int16Array {
    if (this.#stream) return this.#stream.push(input, new Int16Array(this.#stream.certain(input.length)));
    return this.reuse(input);
  }

  /** As `push`, but the result is valid until the next call only: live audio comes in equal chunks, for ever. */
  reuse(input: Int16Array | Float32Array): Int16Array {
    if (this.#stream) {
      const count = this.#stream.certain(input.length);
      if (count > this.#output.length) this.#output = new Int16Array(count);
      return this.#stream.push(input, this.#output);
    }
    return input instanceof Int16Array ? input : toInt16(input);
  }

  /** The rest, as if silence followed; as many samples as the input lasted have then come out. Begins anew. */
  flush(): Int16Array {
    if (!this.#stream) return new Int16Array(0);
    const tail = this.push(new Int16Array(this.#stream.reach));
    this.#stream.begin();
    return tail;
  }
}

class Stream {
  readonly #filter: Filter;
  readonly #arithmetic: Arithmetic;
  /** Input not yet used up: from where the next output's taps begin. At first silence. */
  readonly #kept: Int16Array;
  #keptCount = 0;
  /** Outputs since one fell on an input, less than `filter.up`. */
  #turn = 0;

  constructor(filter: Filter, arithmetic: Arithmetic) {
    this.#filter = filter;
    this.#arithmetic = arithmetic;
    this.#kept = new Int16Array(2 * filter.reach);
    this.begin();
  }

  /** Input samples that an output depends on. */
  get reach(): number {
    return this.#filter.reach;
  }

  /** Into `output`, which has room for it; answers the part written. */
  push(input: Int16Array | Float32Array, output: Int16Array): Int16Array {
    let written = 0;
    for (let from = 0; from < input.length; from += blockSamples) {
      const block = input.length <= blockSamples ? input : input.subarray(from, from + blockSamples);
      const results = this.#take(block);
      output.set(results, written);
      written += results.length;
    }
    return written === output.length ? output : output.subarray(0, written);
  }

  begin(): void {
    this.#kept.fill(0);
    this.#keptCount = this.#filter.reach - 1;
    this.#turn = 0;
  }

  /** How many outputs are certain once `arriving` more samples are in. */
  certain(arriving: number): number {
    const { up, down, reach } = this.#filter;
    const spare = this.#keptCount + arriving - 2 * reach;
    return spare < 0 ? 0 : Math.floor(((spare + 1) * up - 1 - ((this.#turn * down) % up)) / down) + 1;
  }

  /** Works a block off, to outputs that are valid until another one is. */
  #take(block: Int16Array | Float32Array): Int16Array {
    const { up, down } = this.#filter;
    const { work } = this.#arithmetic;
    work.set(this.#kept);
    if (block instanceof Int16Array) work.set(block, this.#keptCount);
    else this.#arithmetic.round(block, this.#keptCount);
    const count = this.certain(block.length);
    const results = this.#arithmetic.weigh(this.#filter, this.#turn, count);
    const next = this.#turn + count;
    const used = Math.floor((next * down) / up) - Math.floor((this.#turn * down) / up);
    this.#turn = next % up;
    this.#keptCount += block.length - used;
    this.#kept.set(work.subarray(used, used + this.#keptCount));
    return results;
  }
}
