import { join } from 'node:path';
import type { EngineEvent } from '@live-transcribe/core';
import type { ModelPlace } from '../messages.ts';
import type { Punctuation, SherpaAddon } from './addon.ts';
import { atWork } from './at-work.ts';
import { isUnspelled, spelled, spellingOf } from './spelling.ts';
import type { Tell } from './utterances.ts';

const common = { numThreads: 1, provider: 'cpu', debug: 0 };

/** The model for English puts no more than 198 pieces of a word into its room of 200; nobody says a longer word. */
const longestWord = 100;
/** More than the model takes at once, and what it has never seen: whoever ends on it does so before there is a session. */
const hardTexts = [`${'word '.repeat(300)}end`, `${'a'.repeat(longestWord)} åäö 你好 😀 o'clock 24`, 'a'];

/** Puts marks, and capitals where its model has them, into the texts of finals. */
export class Punctuator {
  readonly #model: Punctuation;
  /** Whether it gives capitals: then it knows small letters only. */
  readonly #capitals: boolean;
  readonly #languages: ModelPlace<'punctuation'>['description']['languages'];

  /** Loads the model; throws where that can be told, and ends the process where the library does. */
  constructor(addon: SherpaAddon, { folder, description }: ModelPlace<'punctuation'>) {
    const { kind, files, languages } = description;
    const model = join(folder, files.model ?? '');
    this.#capitals = kind === 'punctuation-cnn-bilstm';
    this.#model = this.#capitals
      ? new addon.OnlinePunctuation({
          model: { ...common, cnnBilstm: model, bpeVocab: join(folder, files.vocabulary ?? '') },
        })
      : new addon.OfflinePunctuation({ model: { ...common, ctTransformer: model } });
    this.#languages = languages;
    for (const text of hardTexts) this.#model.addPunct(text);
  }

  /** Whether it is made for one of these languages, as ISO 639-1 codes. */
  knows(language: string): boolean {
    return this.#languages === 'any' || this.#languages.includes(language);
  }

  /**
   * The event, an utterance of a recogniser that writes no marks of its own, with them. What the model makes of a text counts only
   * where it is the same text but for marks and capitals: no word is ever lost to it.
   */
  punctuate(event: EngineEvent): EngineEvent {
    if (event.kind !== 'utterance' || !isUnspelled(event.text)) return event;
    const spelling = atWork('punctuation', () => this.#spell(event.text));
    if (spelling === undefined) return event;
    const [text = event.text] = spelled([event.text], spelling);
    const { words } = event;
    if (words === undefined) return { ...event, text };
    const texts = spelled(
      words.map((word) => word.text),
      spelling,
    );
    return { ...event, text, words: words.map((word, index) => ({ ...word, text: texts[index] ?? word.text })) };
  }

  #spell(text: string): readonly string[] | undefined {
    if (text === '' || text.split(/\s/u).some((word) => word.length > longestWord)) return undefined;
    try {
      return spellingOf(text, this.#model.addPunct(this.#capitals ? text.toLowerCase() : text));
    } catch {
      return undefined;
    }
  }
}

/** Tells what `punctuator` has made of it. */
export const punctuated =
  (tell: Tell, punctuator: Punctuator): Tell =>
  (event) =>
    tell(punctuator.punctuate(event));
