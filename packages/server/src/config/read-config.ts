import { type Config, type Setting, settings } from './settings.ts';

export type ReadConfig =
  | { readonly ok: true; readonly config: Config }
  /** One line per setting that cannot be used. */
  | { readonly ok: false; readonly faults: readonly string[] };

/** The configuration in `environment`. An empty value counts as not set. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): ReadConfig {
  const faults: string[] = [];
  const entries = Object.entries(settings).map(([key, setting]: [string, Setting<unknown>]) => {
    const value = unquote(environment[setting.name]?.trim() ?? '');
    try {
      return [key, value === '' ? setting.fallback : setting.parse(value)];
    } catch (error) {
      const shown = setting.secret ? '' : `, not ${JSON.stringify(value)}`;
      faults.push(`${setting.name} ${error instanceof Error ? error.message : String(error)}${shown}.`);
      return [key, setting.fallback];
    }
  });
  // The keys are those of `settings`, each with what its own row parses: that is what `Config` says.
  return faults.length > 0 ? { ok: false, faults } : { ok: true, config: Object.fromEntries(entries) as Config };
}

/** `docker run --env-file` hands over the quotes that other readers of a `.env` file take away. */
function unquote(value: string): string {
  return /^(["']).*\1$/s.test(value) && value.length > 1 ? value.slice(1, -1).trim() : value;
}
