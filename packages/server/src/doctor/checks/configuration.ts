import type { ReadConfig } from '../../config/read-config.ts';
import { settings } from '../../config/settings.ts';
import { type Finding, ok, warning, wrong } from '../finding.ts';
import { resembles } from '../resembles.ts';

const check = 'configuration';

/** `names`: those that stand in `.env`, which should be settings; what else is in an environment is nobody's business. */
export function checkConfiguration(read: ReadConfig, names: readonly string[]): readonly Finding[] {
  const known = Object.values(settings).map(({ name }) => name);
  const mistyped = names.flatMap((name) => {
    const meant = known.includes(name) ? undefined : known.find((candidate) => resembles(candidate, name));
    if (meant === undefined || names.includes(meant)) return [];
    return warning(check, `${name} in .env is no setting, so it does nothing.`, `If ${meant} is meant, write it so.`);
  });
  if (read.ok) return [ok(check, 'All settings have a value that can be used.'), ...mistyped];
  const mend = 'Correct it in .env or in the environment; docs/operations.md has all settings.';
  return [...read.faults.map((fault) => wrong(check, fault, mend)), ...mistyped];
}
