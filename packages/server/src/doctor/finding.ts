export type Verdict = 'ok' | 'warning' | 'wrong';

/** What one look has shown. */
export interface Finding {
  readonly check: string;
  readonly verdict: Verdict;
  /** A sentence; holds no secret. */
  readonly says: string;
  /** What to do, where something is to be done. */
  readonly mend?: string;
}

/** One look at one thing. `signal` is aborted when it takes too long. */
export interface Check {
  readonly name: string;
  /** How long it may take, in ms; 30,000 when absent. */
  readonly withinMs?: number;
  /** Where it throws, the finding is that it is wrong. */
  readonly run: (signal: AbortSignal) => Promise<readonly Finding[]>;
}

export const ok = (check: string, says: string): Finding => ({ check, verdict: 'ok', says });

export const warning = (check: string, says: string, mend: string): Finding => ({
  check,
  verdict: 'warning',
  says,
  mend,
});

export const wrong = (check: string, says: string, mend: string): Finding => ({ check, verdict: 'wrong', says, mend });

/** What was thrown, in a sentence. */
export const sentenceOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
