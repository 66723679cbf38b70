import type { Dialect } from './dialects.ts';
import { type Redact, redactor } from './redact.ts';

/** Whoever is at the other end, as far as errors and the log speak of it. */
export interface Service {
  /** As it stands in the middle of a sentence. */
  readonly name: string;
  /** Takes the secrets that we share with it out of a text. */
  readonly redact: Redact;
  /** Whether it opens sessions for secrets that it has minted, and not for the key. */
  readonly mintsSecrets: boolean;
}

/** `secrets` are those that may stand in what it says. */
export const serviceOf = (dialect: Dialect, ...secrets: readonly (string | undefined)[]): Service => ({
  name: dialect.service,
  redact: redactor(secrets.filter((secret) => secret !== undefined)),
  mintsSecrets: dialect.mintsSecrets,
});
