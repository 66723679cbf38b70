import { describe, type TestOptions } from 'vitest';

/** `describe` where nothing is missing; else the tests are skipped, and the suite's name says for want of what. */
export function describeWith(
  missing: readonly (string | undefined)[],
  name: string,
  options: TestOptions,
  tests: () => void,
): void {
  const lacking = missing.filter((what) => what !== undefined);
  if (lacking.length === 0) describe(name, options, tests);
  else describe.skip(`${name} (SKIPPED for want of ${lacking.join(' and ')})`, options, tests);
}
