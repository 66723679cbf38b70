import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Words } from './words.ts';

export type { Advice, Words } from './words.ts';

/** Those that the page speaks, each fetched by those who read it. */
const spoken = {
  en: () => import('./en.ts').then(({ en }) => en),
  sv: () => import('./sv.ts').then(({ sv }) => sv),
} as const satisfies Record<string, () => Promise<Words>>;

/**
 * In the first of the person's languages that the page speaks, with dates and numbers as in their country; in English
 * where it speaks none of them.
 */
export async function wordsFor(languages: readonly string[]): Promise<Words> {
  for (const tag of languages) {
    const language = tag.toLowerCase().split('-')[0];
    if (language === 'sv' || language === 'en') return { ...(await spoken[language]()), tag };
  }
  return await spoken.en();
}

const WordsContext = createContext<Words | undefined>(undefined);

/** Around the page. */
export const WordsProvider = WordsContext.Provider;

export function useWords(): Words {
  const words = useContext(WordsContext);
  if (words === undefined) throw new Error('There are no words around this.');
  return words;
}
