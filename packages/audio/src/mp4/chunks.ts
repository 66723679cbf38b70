import { type MediaSample, mergedSamples, type Run } from './media.ts';
import type { SampleTables, Table } from './tables.ts';

/** How the samples of the tables are to be read. */
export interface Reading {
  /** PCM: bytes of a frame, with which the samples of a chunk are joined to one. */
  readonly frameBytes?: number;
  /** Ticks after which the edit list ends. */
  readonly editEnd: number;
  /** Whether a sample that lasts shorter than the others ends in padding, as in the codecs that have a fixed length. */
  readonly padded: boolean;
}

/** The chunks of a file, in the order of its table; each is a run of samples (ISO/IEC 14496-12, 8.7.4). */
export function* chunkRuns(tables: SampleTables, reading: Reading): Generator<Run, void> {
  const { chunkOffsets, chunks, sampleCount } = tables;
  const clock = new Clock(tables.durations);
  let row = 0;
  let index = 0;
  for (let chunk = 0; chunk < chunkOffsets.length && index < sampleCount; chunk++) {
    while ((row + 1) * 3 < chunks.length && chunks.at((row + 1) * 3) <= chunk + 1) row++;
    const stated = chunks.length > 0 ? chunks.at(row * 3 + 1) : 0;
    const count = Math.min(stated, sampleCount - index);
    const samples = samplesOf(tables, reading, index, count, clock.copy());
    yield { offset: chunkOffsets.at(chunk), samples };
    index += count;
    clock.advance(count);
  }
}

function samplesOf(tables: SampleTables, reading: Reading, first: number, count: number, clock: Clock) {
  const { commonSize } = tables;
  const { frameBytes } = reading;
  if (frameBytes === undefined || commonSize === 0) return singleSamples(tables, reading, first, count, clock);
  // QuickTime counts a frame as one sample of 1 byte, whatever its real size.
  return mergedSamples(count, commonSize === 1 ? frameBytes : commonSize, clock.at, clock.duration);
}

function* singleSamples(
  { sizes, commonSize, sampleCount, durations }: SampleTables,
  { editEnd, padded }: Reading,
  first: number,
  count: number,
  clock: Clock,
): Generator<MediaSample, void> {
  const usual = durations.length > 0 ? durations.at(1) : 0;
  for (let index = first; index < first + count; index++) {
    const size = commonSize > 0 ? commonSize : sizes.at(index);
    const { at, duration } = clock;
    const isShort = index === sampleCount - 1 && duration < usual;
    const heard = Math.max(0, Math.min(duration, editEnd - at));
    if (padded && (isShort || heard < duration)) {
      yield { size, at, duration: Math.max(duration, isShort ? usual : 0), heard };
    } else {
      yield { size, at, duration };
    }
    clock.advance(1);
  }
}

/** The time of one sample after the other, from the pairs of `stts`. */
class Clock {
  readonly #durations: Table;
  #row = 0;
  /** How many samples of the row have passed. */
  #passed = 0;
  #at = 0;

  constructor(durations: Table) {
    this.#durations = durations;
    this.#settle();
  }

  /** Ticks. */
  get at(): number {
    return this.#at;
  }

  /** Of the sample that begins now; after the table's end that of its last row. */
  get duration(): number {
    const rows = this.#durations.length / 2;
    return rows > 0 ? this.#durations.at(Math.min(this.#row, rows - 1) * 2 + 1) : 0;
  }

  copy(): Clock {
    const copy = new Clock(this.#durations);
    copy.#row = this.#row;
    copy.#passed = this.#passed;
    copy.#at = this.#at;
    return copy;
  }

  advance(samples: number): void {
    for (let left = samples; left > 0; ) {
      const here = this.#isAtEnd ? left : Math.min(left, this.#durations.at(this.#row * 2) - this.#passed);
      this.#at += here * this.duration;
      this.#passed += here;
      left -= here;
      this.#settle();
    }
  }

  get #isAtEnd(): boolean {
    return this.#row * 2 >= this.#durations.length;
  }

  /** Goes to the row in which a sample is left. */
  #settle(): void {
    while (!this.#isAtEnd && this.#passed >= this.#durations.at(this.#row * 2)) {
      this.#row++;
      this.#passed = 0;
    }
  }
}
