import { parseLanguage } from '@live-transcribe/protocols';

/** One variable of the environment. `parse` throws an `Error` whose message says what the value must be. */
export interface Setting<T> {
  readonly name: string;
  readonly says: string;
  readonly fallback: T;
  readonly parse: (value: string) => T;
  /** Never shown or logged. */
  readonly secret?: true;
}

export const text = (value: string): string => value;

/** What an Authorization header can carry; anything else is a mistake in copying. */
export function key(value: string): string {
  if (/^[\x21-\x7e]+$/.test(value)) return value;
  throw new Error('must be one word of plain letters, digits and signs');
}

export function integer(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= least && number <= most) return number;
    throw new Error(`must be a whole number from ${least} to ${most}`);
  };
}

export function oneOf<const T extends string>(values: readonly T[]): (value: string) => T {
  return (value) => {
    const found = values.find((candidate) => candidate === value.toLowerCase());
    if (found !== undefined) return found;
    throw new Error(`must be one of ${values.join(', ')}`);
  };
}

export function url(...schemes: string[]): (value: string) => string {
  return (value) => {
    if (URL.canParse(value) && schemes.includes(new URL(value).protocol.slice(0, -1))) return value.replace(/\/+$/, '');
    throw new Error(`must be a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`);
  };
}

export function language(value: string): string {
  const parsed = parseLanguage(value);
  if (parsed.ok) return parsed.language ?? 'auto';
  throw new Error('must be a language code such as sv or en, or auto');
}

/** The names that Python services used, and the ones that Node's loggers use, in any case. */
export const logLevels = {
  trace: 'trace',
  debug: 'debug',
  info: 'info',
  warning: 'warn',
  warn: 'warn',
  error: 'error',
  critical: 'fatal',
  fatal: 'fatal',
} as const;

export function logLevel(value: string): (typeof logLevels)[keyof typeof logLevels] {
  const level = value.toLowerCase();
  if (Object.hasOwn(logLevels, level)) return logLevels[level as keyof typeof logLevels];
  throw new Error(`must be one of ${Object.keys(logLevels).join(', ')}`);
}

export const setting = <T>(
  name: string,
  parse: (value: string) => T,
  fallback: NoInfer<T>,
  says: string,
  secret?: true,
): Setting<T> => ({ name, parse, fallback, says, ...(secret && { secret }) });

export const optional =
  <T>(parse: (value: string) => T): ((value: string) => T | undefined) =>
  (value) =>
    parse(value);

export function fraction(value: string): number {
  const number = /^\d*\.?\d+$/.test(value) ? Number(value) : Number.NaN;
  if (number >= 0 && number <= 1) return number;
  throw new Error('must be a number from 0 to 1');
}

export function yesOrNo(value: string): boolean {
  if (/^(true|yes|on|1)$/i.test(value)) return true;
  if (/^(false|no|off|0)$/i.test(value)) return false;
  throw new Error('must be true or false');
}

/** Comma-separated; empty parts are left out. */
export const list = (value: string): readonly string[] =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

export function languages(value: string): readonly string[] {
  return list(value).map((tag) => {
    const parsed = parseLanguage(tag);
    if (parsed.ok && parsed.language !== undefined) return parsed.language;
    throw new Error('must be language codes such as sv,en');
  });
}
