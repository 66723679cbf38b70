import { loudest } from '../samples.ts';
import {
  type Arithmetic,
  blockSamples,
  highestRatio,
  type Measured,
  type Meter,
  resultSamples,
  workSamples,
} from './arithmetic.ts';
import { fromBase64 } from './base64.ts';
import { type Filter, maxFilters, maxPeriod } from './filter.ts';
import { kernelBytes } from './kernel-bytes.ts';
import { maxParts, type Table, tableOf, tileRows } from './tables.ts';

/** What kernel/resample.ts exports; pointers are bytes. */
type Kernel = {
  readonly memory: WebAssembly.Memory;
  roundFloats(from: number, to: number, count: number, loudest: number): void;
  weigh(...call: [...Call, first: number, end: number, up: number, down: number, period: number, across: number]): void;
  weighBetween(...call: [...Call, count: number, phase: number, up: number, down: number, rows: number]): void;
  measure(from: number, count: number, clippedFrom: number, to: number): void;
};
type Call = [
  samples: number,
  table: number,
  upperFrom: number,
  upperVectors: number,
  lowerVectors: number,
  lowerBits: number,
  results: number,
];

/** Samples that the kernel may look at or fill beside those that are wanted: the rest of a tile, and once more a period on. */
const spareBefore = 2 * (tileRows - 1) * highestRatio;
const spareAfter = maxPeriod + spareBefore;

/** The layout of the kernel's memory, which never grows. Blocks are made whole vectors of 16 bytes. */
const vector = 16;
const whole = (bytes: number): number => Math.ceil(bytes / vector) * vector;
const workAt = whole(spareBefore * 2);
const inputAt = workAt + whole((workSamples + spareAfter) * 2);
const resultsAt = inputAt + whole((blockSamples + 4) * 4) + vector;
const tablesAt = resultsAt + whole((resultSamples + spareAfter) * 2);
const tableBytes = maxParts * 2;
const endAt = tablesAt + maxFilters * tableBytes;

/** A filter's table in the kernel's memory. */
interface Placed extends Omit<Table, 'parts'> {
  readonly filter: Filter;
  readonly at: number;
}

/** One instance for all streams; they leave only tables behind, in places that are given to others when all are taken. */
export class WebAssemblyArithmetic implements Arithmetic, Meter {
  readonly work: Int16Array;
  readonly #kernel: Kernel;
  readonly #ints: Int16Array;
  readonly #floats: Float32Array;
  /** What `measure` leaves. */
  readonly #squares: Float64Array;
  readonly #counts: Int32Array;
  /** The one used longest ago stands first. */
  readonly #tables = new Map<Filter, Placed>();
  #latest: Placed | undefined;
  /** As many as the latest call had: most have as many as the one before. */
  #results: Int16Array;

  /** Throws where WebAssembly or its SIMD instructions are missing, or forbidden by a page's Content-Security-Policy. */
  constructor() {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(fromBase64(kernelBytes)));
    if (!isKernel(exports)) throw new Error('These are not the bytes of the kernel.');
    const { buffer } = exports.memory;
    this.#kernel = exports;
    this.work = new Int16Array(buffer, workAt, workSamples);
    this.#results = new Int16Array(buffer, resultsAt, 0);
    this.#ints = new Int16Array(buffer, inputAt, blockSamples);
    this.#floats = new Float32Array(buffer, inputAt, blockSamples);
    this.#squares = new Float64Array(buffer, workAt, 1);
    this.#counts = new Int32Array(buffer, workAt + 8, 2);
  }

  round(input: Float32Array, at: number): void {
    this.#floats.set(input);
    this.#kernel.roundFloats(inputAt, workAt + at * 2, input.length, loudest);
  }

  measure(samples: Int16Array, clippedFrom: number): Measured {
    const { length } = samples;
    this.#ints.set(samples);
    this.#ints.fill(0, length, length + (-length & 7));
    this.#kernel.measure(inputAt, length, clippedFrom, workAt);
    const [highest = 0, clipped = 0] = this.#counts;
    return { squares: this.#squares[0] ?? 0, highest, clipped };
  }

  weigh(filter: Filter, turn: number, count: number): Int16Array {
    const { up, down, rows } = filter;
    const { at, upperFrom, upperVectors, lowerVectors, lowerBits, period } = this.#tableOf(filter);
    const ahead = turn * down;
    // Before `turn` stands what belongs to the same period.
    const samples = period === 0 ? workAt : workAt - 2 * Math.floor(ahead / up);
    const results = period === 0 ? resultsAt : resultsAt - 2 * turn;
    const call: Call = [samples, at, upperFrom, upperVectors, lowerVectors, lowerBits, results];
    if (period === 0) this.#kernel.weighBetween(...call, count, ahead % up, up, down, rows);
    else this.#kernel.weigh(...call, turn, turn + count, up, down, period, (period / up) * down);
    if (this.#results.length !== count) this.#results = new Int16Array(this.#results.buffer, resultsAt, count);
    return this.#results;
  }

  #tableOf(filter: Filter): Placed {
    if (this.#latest?.filter === filter) return this.#latest;
    const table = this.#tables.get(filter) ?? this.#place(filter);
    this.#tables.delete(filter);
    this.#tables.set(filter, table);
    this.#latest = table;
    return table;
  }

  #place(filter: Filter): Placed {
    const { parts, ...layout } = tableOf(filter);
    const at = this.#room();
    new Int16Array(this.#kernel.memory.buffer, at, maxParts).set(parts);
    return { ...layout, filter, at };
  }

  /** A free place while there is one, then that of the table used longest ago; its streams put it somewhere else again. */
  #room(): number {
    const oldest = this.#tables.values().next().value;
    if (!oldest || this.#tables.size < maxFilters) return tablesAt + this.#tables.size * tableBytes;
    this.#tables.delete(oldest.filter);
    return oldest.at;
  }
}

function isKernel(exports: object): exports is Kernel {
  return (
    'memory' in exports &&
    exports.memory instanceof WebAssembly.Memory &&
    exports.memory.buffer.byteLength >= endAt &&
    ['roundFloats', 'weigh', 'weighBetween', 'measure'].every((name) => name in exports)
  );
}
