export interface LanguageChoice {
  /** As the server takes it. */
  readonly code: string;
  readonly name: string;
}

/** Those with the most speakers among the languages that recognisers know well, and the languages of Europe. */
const common =
  'ar bg bn ca cs da de el en es et fa fi fr he hi hr hu id is it ja ko lt lv ms nl no pl pt ro ru sk sl sr sv ta th tr uk ur vi zh';

/** How the page speaks of languages. */
export interface LanguageNames {
  /** Of the page's own language. */
  readonly tag: string;
  readonly auto: string;
}

/** What to choose from, by name; `auto` first where there is something to detect. */
export function languageChoices(known: readonly string[] | 'any', { tag, auto }: LanguageNames): LanguageChoice[] {
  const names = new Intl.DisplayNames([tag], { type: 'language' });
  const codes = known === 'any' ? common.split(' ') : known;
  const choices = codes.map((code) => ({ code, name: capital(nameOf(code, names)) }));
  choices.sort((a, b) => a.name.localeCompare(b.name, tag));
  return codes.length === 1 ? choices : [{ code: 'auto', name: auto }, ...choices];
}

/** The first of the person's own languages that is on offer, else English, else what there is. */
export function preferredLanguage(choices: readonly LanguageChoice[], own: readonly string[]): string {
  const wanted = [...own.map((tag) => tag.split('-')[0]), 'en'];
  const found = wanted.find((code) => choices.some((choice) => choice.code === code));
  return found ?? choices[0]?.code ?? 'auto';
}

export interface LanguageWish {
  /** What the person has chosen, if anything. */
  readonly chosen: string;
  /** The person's languages, the best first. */
  readonly own: readonly string[];
}

/** The language chosen where it is on offer, else the best one for this person. */
export function languageInForce(choices: readonly LanguageChoice[], { chosen, own }: LanguageWish): string {
  return choices.some(({ code }) => code === chosen) ? chosen : preferredLanguage(choices, own);
}

function nameOf(code: string, names: Intl.DisplayNames): string {
  try {
    return names.of(code) ?? code;
  } catch {
    // Not even the form of a language tag: shown as the server wrote it.
    return code;
  }
}

/** As the first word of a line: some languages write their names small. */
const capital = (name: string): string => name.charAt(0).toLocaleUpperCase() + name.slice(1);
