export interface LanguageChoice {
  /** As the server takes it. */
  readonly code: string;
  readonly name: string;
}

/** Those with the most speakers among the languages that recognisers know well, and the languages of Europe. */
const common =
  'ar bg bn ca cs da de el en es et fa fi fr he hi hr hu id is it ja ko lt lv ms nl no pl pt ro ru sk sl sr sv ta th tr uk ur vi zh';

const names = new Intl.DisplayNames(['en'], { type: 'language' });
const auto: LanguageChoice = { code: 'auto', name: 'Detect automatically' };

/** What to choose from, by name; `auto` first where there is something to detect. */
export function languageChoices(known: readonly string[] | 'any'): readonly LanguageChoice[] {
  const codes = known === 'any' ? common.split(' ') : known;
  const choices = codes.map((code) => ({ code, name: nameOf(code) }));
  choices.sort((a, b) => a.name.localeCompare(b.name, 'en'));
  return codes.length === 1 ? choices : [auto, ...choices];
}

/** The first of the person's own languages that is on offer, else English, else what there is. */
export function preferredLanguage(choices: readonly LanguageChoice[], own: readonly string[]): string {
  const wanted = [...own.map((tag) => tag.split('-')[0]), 'en'];
  const found = wanted.find((code) => choices.some((choice) => choice.code === code));
  return found ?? choices[0]?.code ?? auto.code;
}

function nameOf(code: string): string {
  try {
    return names.of(code) ?? code;
  } catch {
    // Not even the form of a language tag: shown as the server wrote it.
    return code;
  }
}
