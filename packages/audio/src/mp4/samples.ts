import { Gathered } from '../bytes.ts';
import type { MediaSample, Run } from './media.ts';

/** No codec's packet is larger; a damaged size shall not have memory held for it. */
const maxPacketBytes = 1_048_576;

export type SampleItem =
  /** All of a sample, or in pieces; `bytes` are valid until the next item, and lie at `offset`. */
  | {
      readonly kind: 'sample';
      readonly sample: MediaSample;
      readonly bytes: Uint8Array;
      readonly offset: number;
      /** How many bytes of the sample lie before these. */
      readonly into: number;
    }
  | { readonly kind: 'damage'; readonly message: string };

interface Current {
  readonly samples: Iterator<MediaSample, void>;
  readonly sample: MediaSample;
  /** Of the sample's first byte. */
  readonly offset: number;
  /** How much of it has passed. */
  taken: number;
}

/** Cuts the samples of one track out of the bytes that pass. What lies between them is not held. */
export class SampleReader {
  readonly #runs: Iterator<Run, void>;
  /** Whether parts of a sample go out as they arrive. */
  readonly #inPieces: boolean;
  readonly #pending = new Gathered();
  #current: Current | undefined;

  constructor(runs: Iterator<Run, void>, inPieces: boolean) {
    this.#runs = runs;
    this.#inPieces = inPieces;
    this.#current = this.#nextRun();
  }

  /** Where the sample that is waited for begins; `undefined` once there is none. */
  get next(): number | undefined {
    return this.#current?.offset;
  }

  /** Media that follows on what was given before, or after a gap in which no media was. */
  *read(bytes: Uint8Array, position: number): Generator<SampleItem> {
    const end = position + bytes.length;
    // Not the place of these bytes, which depends on how the stream is cut.
    let reached = position;
    for (let current = this.#current; current; current = this.#current) {
      const { sample, offset, taken } = current;
      const from = offset + taken;
      // A sample that its box cuts off shows here too: the header of the next box lies between.
      if (from < reached) {
        yield { kind: 'damage', message: 'The MP4 stream is damaged: audio is said to lie where none can be.' };
        this.#abandon();
        continue;
      }
      if (!this.#inPieces && sample.size > maxPacketBytes) {
        yield {
          kind: 'damage',
          message: `The MP4 stream is damaged: a packet of ${sample.size} bytes; at most ${maxPacketBytes} are expected.`,
        };
        this.#abandon();
        continue;
      }
      if (from >= end) return;
      const piece = bytes.subarray(from - position, offset + sample.size - position);
      current.taken += piece.length;
      const isComplete = current.taken === sample.size;
      if (this.#inPieces || (isComplete && taken === 0)) {
        yield { kind: 'sample', sample, bytes: piece, offset: from, into: taken };
      } else {
        this.#pending.append(piece);
        if (isComplete) yield { kind: 'sample', sample, bytes: this.#pending.view(), offset, into: 0 };
      }
      if (!isComplete) return;
      reached = offset + sample.size;
      this.#advance(current);
    }
  }

  #advance({ samples, sample, offset }: Current): void {
    this.#pending.clear();
    this.#current = started(samples, offset + sample.size) ?? this.#nextRun();
  }

  /** Where one sample of a run is not what it should be, those after it are not either. */
  #abandon(): void {
    this.#pending.clear();
    this.#current = this.#nextRun();
  }

  #nextRun(): Current | undefined {
    for (let run = this.#runs.next(); !run.done; run = this.#runs.next()) {
      const current = started(run.value.samples, run.value.offset);
      if (current) return current;
    }
    return undefined;
  }
}

/** The next sample of a run that has any bytes. */
function started(samples: Iterator<MediaSample, void>, offset: number): Current | undefined {
  for (let next = samples.next(); !next.done; next = samples.next()) {
    if (next.value.size > 0) return { samples, sample: next.value, offset, taken: 0 };
  }
  return undefined;
}
