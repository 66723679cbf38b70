/** Samples of an access unit at the rate of the core (ISO/IEC 14496-3, 4.5.2.1.1); band replication doubles rate and samples. */
const coreSamples = 1_024;

/** What was written off since there was sound. */
export interface InRow {
  readonly units: number;
  readonly times: number;
}

/**
 * What a decoder owes for the access units it was given. One that it refuses gives nothing and says nothing that tells it
 * from one that is late: it is written off after some waiting, and back on if its sound comes after all.
 */
export class Ledger {
  readonly #coreRate: number;
  #units = 0;
  #writtenOff = 0;
  #inRow: InRow = { units: 0, times: 0 };
  #samplesBefore = 0;

  constructor(coreRate: number) {
    this.#coreRate = coreRate;
  }

  /** In samples at `rate`, the rate of what comes out. */
  unitSamples(rate: number): number {
    return (coreSamples * rate) / this.#coreRate;
  }

  add(): void {
    this.#units++;
  }

  /** Access units whose sound is to be waited for; `samples` have come at the rate `rate`, of which none is known before them. */
  owed(samples: number, rate: number | undefined): number {
    // A resampler within the decoder, where the rate changes, keeps a few samples back.
    const paid = rate === undefined ? 0 : Math.round(samples / this.unitSamples(rate));
    const owed = this.#units - this.#writtenOff - paid;
    if (owed < 0) this.#writtenOff = Math.max(0, this.#writtenOff + owed);
    if (samples > this.#samplesBefore) this.#inRow = { units: 0, times: 0 };
    this.#samplesBefore = samples;
    return Math.max(0, owed);
  }

  get inRow(): InRow {
    return this.#inRow;
  }

  /** No longer waits for `units`. */
  writeOff(units: number): void {
    this.#writtenOff += units;
    this.#inRow = { units: this.#inRow.units + units, times: this.#inRow.times + 1 };
  }
}
