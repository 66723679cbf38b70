/** Before the end of a session a pause is looked for, and near its end none is waited for any longer. */
const leadMs = 5 * 60_000;
const lastCallMs = 30_000;
/** Of a session that is meant to be short, at most these shares. */
const leadShare = 0.5;
const lastCallShare = 0.1;

/** When to leave a session of limited length. Times in ms from any origin, of one clock. */
export class Lifetime {
  #from: number;
  #end: number;
  #isTold = false;

  constructor(now: number, maxSessionMs: number) {
    this.#from = now;
    this.#end = now + maxSessionMs;
  }

  /** The service has said how long it will last from now; a time that is past says only that a clock is wrong. */
  lasts(now: number, remainingMs: number): void {
    if (remainingMs <= 0) return;
    this.#from = now;
    this.#end = now + remainingMs;
  }

  /** Whether to go now; says so once. `isPause` where nothing would be interrupted. */
  isDue(now: number, isPause: boolean): boolean {
    const whole = this.#end - this.#from;
    const lead = isPause ? Math.min(leadMs, whole * leadShare) : Math.min(lastCallMs, whole * lastCallShare);
    if (this.#isTold || now < this.#end - lead) return false;
    this.#isTold = true;
    return true;
  }
}
