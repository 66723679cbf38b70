import { loudest } from '../samples.ts';
import { type Arithmetic, blockSamples, type Measured, resultSamples, workSamples } from './arithmetic.ts';
import { fromBase64 } from './base64.ts';
import { type Filter, maxCoefficients, maxFilters } from './filter.ts';
import { kernelBytes } from './kernel-bytes.ts';

/** What kernel/resample.ts exports; pointers are bytes. */
type Kernel = {
  readonly memory: WebAssembly.Memory;
  widenInts(from: number, to: number, count: number): void;
  widenFloats(from: number, to: number, count: number, loudest: number): void;
  weigh(...call: [...Call]): void;
  weighBetween(...call: [...Call, rowsPerPhase: number]): void;
  measure(from: number, count: number, clippedFrom: number, to: number): void;
};
type Call = [
  samples: number,
  table: number,
  taps: number,
  results: number,
  count: number,
  phase: number,
  up: number,
  wholeStep: number,
  partStep: number,
];

/** The layout of the kernel's memory, which never grows. Blocks are made whole vectors of 16 bytes. */
const vector = 16;
const whole = (bytes: number): number => Math.ceil(bytes / vector) * vector;
const workAt = 0;
const inputAt = workAt + whole(workSamples * 4);
const resultsAt = inputAt + whole(blockSamples * 4);
const tablesAt = resultsAt + whole(resultSamples * 2);
const tableBytes = maxCoefficients * 4;
const endAt = tablesAt + maxFilters * tableBytes;

/** One instance for all streams; they leave only tables behind, in places that are given to others when all are taken. */
export class WebAssemblyArithmetic implements Arithmetic {
  readonly work: Float32Array;
  readonly results: Int16Array;
  readonly #kernel: Kernel;
  readonly #ints: Int16Array;
  readonly #floats: Float32Array;
  /** What `measure` leaves. */
  readonly #squares: Float64Array;
  readonly #counts: Int32Array;
  /** Where a filter's table lies; the one used longest ago stands first. */
  readonly #tables = new Map<Filter, number>();
  #latest: { readonly filter: Filter; readonly at: number } | undefined;

  /** Throws where WebAssembly or its SIMD instructions are missing, or forbidden by a page's Content-Security-Policy. */
  constructor() {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(fromBase64(kernelBytes)));
    if (!isKernel(exports)) throw new Error('These are not the bytes of the kernel.');
    const { buffer } = exports.memory;
    this.#kernel = exports;
    this.work = new Float32Array(buffer, workAt, workSamples);
    this.results = new Int16Array(buffer, resultsAt, resultSamples);
    this.#ints = new Int16Array(buffer, inputAt, blockSamples);
    this.#floats = new Float32Array(buffer, inputAt, blockSamples);
    this.#squares = new Float64Array(buffer, workAt, 1);
    this.#counts = new Int32Array(buffer, workAt + 8, 2);
  }

  widen(input: Int16Array | Float32Array, at: number): void {
    if (input instanceof Int16Array) {
      this.#ints.set(input);
      this.#kernel.widenInts(inputAt, workAt + at * 4, input.length);
    } else {
      this.#floats.set(input);
      this.#kernel.widenFloats(inputAt, workAt + at * 4, input.length, loudest);
    }
  }

  measure(samples: Int16Array, clippedFrom: number): Measured {
    const { length } = samples;
    this.#ints.set(samples);
    this.#ints.fill(0, length, length + (-length & 7));
    this.#kernel.measure(inputAt, length, clippedFrom, workAt);
    const [highest = 0, clipped = 0] = this.#counts;
    return { squares: this.#squares[0] ?? 0, highest, clipped };
  }

  weigh(filter: Filter, phase: number, count: number): void {
    const { up, down, taps, rows } = filter;
    const table = this.#tableOf(filter);
    const step = Math.floor(down / up);
    const part = down % up;
    if (rows === up) this.#kernel.weigh(workAt, table, taps, resultsAt, count, phase, up, step, part);
    else this.#kernel.weighBetween(workAt, table, taps, resultsAt, count, phase, up, step, part, rows / up);
  }

  #tableOf(filter: Filter): number {
    if (this.#latest?.filter === filter) return this.#latest.at;
    const at = this.#tables.get(filter) ?? this.#upload(filter);
    this.#tables.delete(filter);
    this.#tables.set(filter, at);
    this.#latest = { filter, at };
    return at;
  }

  #upload(filter: Filter): number {
    const at = this.#room();
    new Float32Array(this.#kernel.memory.buffer, at, maxCoefficients).set(filter.coefficients);
    return at;
  }

  /** A free place while there is one, then that of the table used longest ago; its streams put it somewhere else again. */
  #room(): number {
    const oldest = this.#tables.entries().next().value;
    if (!oldest || this.#tables.size < maxFilters) return tablesAt + this.#tables.size * tableBytes;
    const [filter, at] = oldest;
    this.#tables.delete(filter);
    return at;
  }
}

function isKernel(exports: object): exports is Kernel {
  return (
    'memory' in exports &&
    exports.memory instanceof WebAssembly.Memory &&
    exports.memory.buffer.byteLength >= endAt &&
    ['widenInts', 'widenFloats', 'weigh', 'weighBetween', 'measure'].every((name) => name in exports)
  );
}
