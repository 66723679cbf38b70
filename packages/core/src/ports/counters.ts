/** At most `limit` leases of `key` at a time; `Infinity` counts and never refuses. */
export interface Bound {
  readonly key: string;
  readonly limit: number;
}

/** One live use of what is limited. */
export interface Lease {
  /** Gives it back; a second call does nothing. Never throws and never waits. */
  release(): void;
}

export type Leased =
  | { readonly granted: true; readonly lease: Lease }
  /** `full`: the first bound that has no room. */
  | { readonly granted: false; readonly full: Bound };

/**
 * What is counted for limits, by this server alone or by all that share the counters. Keys are up to the caller, at most
 * 200 characters. Counters that cannot be reached throw a `StoreError` `store_unavailable` within two seconds; what that
 * means for the client is up to the caller.
 */
export interface Counters {
  /**
   * Takes a lease of every bound, or of none. A lease lasts until it is released; the leases of a server that has died
   * or was cut off run out by themselves within 30 s.
   */
  lease(bounds: readonly Bound[]): Promise<Leased>;
  /** How many leases of `key` are out. */
  held(key: string): Promise<number>;
  /**
   * Adds `amount`, which is a finite number of 0 or more, to the sum of `key`, and answers the sum. It is forgotten
   * `keepMs` after it was begun: a sum per day has the day in its key.
   */
  add(key: string, amount: number, keepMs: number): Promise<number>;
  /** Whether this is the first time within `keepMs` that `key` is marked. Exactly one of several callers is told so. */
  mark(key: string, keepMs: number): Promise<boolean>;
  /** Releases what this server has leased. Takes two seconds at most, and never throws. */
  close(): Promise<void>;
}
