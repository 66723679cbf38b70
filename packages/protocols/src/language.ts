/** Where a client lets the engine find out. */
const auto = 'auto';

/** Knows every language that ISO 639 and CLDR know. */
const names = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' });

export type ParsedLanguage = { readonly ok: true; readonly language: string | undefined } | { readonly ok: false };

/**
 * A language tag as engines want it: the ISO 639 code alone (`sv` of `sv-SE`), or `undefined` for `auto`.
 * Not ok for what is no language.
 */
export function parseLanguage(tag: string): ParsedLanguage {
  const code = tag.trim().toLowerCase();
  if (code === auto) return { ok: true, language: undefined };
  const [primary = ''] = code.split(/[-_]/, 1);
  const known = /^[a-z]{2,3}$/.test(primary) && names.of(primary) !== undefined;
  return known ? { ok: true, language: primary } : { ok: false };
}

export const languageExpected = 'a language code such as "en" or "sv", or "auto"';
