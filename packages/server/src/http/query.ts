import { parseLanguage } from '@live-transcribe/protocols';
import { z } from 'zod';

/** Parts of a query: text in, something better out, with a sentence that goes on after the parameter's name. */

export function wholeNumber(least: number, most: number) {
  const error = `must be a whole number from ${least} to ${most}`;
  return z
    .string({ error })
    .regex(/^\d{1,6}$/, { error })
    .transform(Number)
    .pipe(z.int({ error }).min(least, { error }).max(most, { error }));
}

export function text(most: number) {
  const error = `must be a text of at most ${most} characters`;
  return z.string({ error }).max(most, { error });
}

export const trueOrFalse = z
  .enum(['true', 'false'], { error: 'must be true or false' })
  .transform((value) => value === 'true')
  .pipe(z.boolean());

const when = 'must be a date such as 2026-01-31, or a time such as 2026-01-31T12:00:00Z';

export const moment = z.union([z.iso.datetime({ offset: true, error: when }), z.iso.date({ error: when })], {
  error: when,
});

const known = 'must be a language code such as "en" or "sv"';

export const language = z.string({ error: known }).refine(isLanguage, { error: known });

function isLanguage(tag: string): boolean {
  const parsed = parseLanguage(tag);
  return parsed.ok && parsed.language !== undefined;
}

export function choice<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, { error: `must be one of ${values.join(', ')}` });
}
