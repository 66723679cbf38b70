/**
 * What begins like a page or a frame has to be read in full before it can be called a false one, and false ones may lie within
 * each other. Each byte of the stream may be read so many times on their account, with some saved up from times without damage.
 */
const readsPerByte = 8;
const maxSavedReads = 1_048_576;

/** Keeps a search linear in the bytes of the stream, whatever they are, and the same however they are cut. */
export class SearchBudget {
  #spent = 0;

  /** A false beginning took so many reads and ended at this place of the stream. Whether there may be more within it. */
  spend(reads: number, end: number): boolean {
    const earned = readsPerByte * end;
    this.#spent = Math.max(this.#spent, earned - maxSavedReads) + reads;
    return this.#spent <= earned;
  }
}
