import { join } from 'node:path';
import { LeftOut, type RecognitionOptions } from '@live-transcribe/core';
import type { Search } from './messages.ts';
import type { SherpaModel } from './model.ts';
import { readVocabulary, type Vocabulary } from './vocabulary.ts';
import { WordPiecesFile } from './word-pieces.ts';

/** How a transducer is searched for its text, in sherpa-onnx's words. */
export type Decoding = 'greedy_search' | 'modified_beam_search';

export interface HotwordOptions {
  /** When absent: `modified_beam_search` where there are `hotwords`, else `greedy_search`. */
  readonly decoding?: Decoding;
  /** Words that are likely to be said, for sessions that bring no keywords of their own. */
  readonly hotwords?: readonly string[];
  readonly warn: (message: string, details: object) => void;
}

/** As many as a client may bring as keywords: each is a path that the library follows at every step. */
const mostPhrases = 200;
/** What is longer is a sentence, and is not said again word by word. */
const mostWords = 6;
const mostCharacters = 200;
const betweenPhrases = /[,;:.!?\n]+/u;

/** What beam search makes possible: hotwords of each session, or only those of the server, for all sessions. */
interface Beam {
  readonly vocabulary: Vocabulary;
  readonly file: WordPiecesFile;
  readonly isPerSession: boolean;
  readonly server: readonly string[];
}

/** The words that are likely to be said, as the model can hear them. What it cannot is left out, and told once. */
export class Hotwords {
  readonly #model: SherpaModel;
  readonly #warn: HotwordOptions['warn'];
  readonly #leftOut: LeftOut;
  readonly #beam: Beam | undefined;

  constructor(model: SherpaModel, { decoding, hotwords = [], warn }: HotwordOptions) {
    this.#model = model;
    this.#warn = warn;
    this.#leftOut = new LeftOut(warn);
    const wished = decoding ?? (hotwords.length > 0 ? 'modified_beam_search' : 'greedy_search');
    const beam = wished === 'modified_beam_search' ? beamOf(model) : undefined;
    if (beam === undefined) {
      if (wished === 'modified_beam_search') this.#tell([wished]);
      if (hotwords.length > 0) this.#tell(['hotwords']);
      return;
    }
    const { heard, unheard } = sift(hotwords, beam.vocabulary);
    this.#tell(unheard.map((phrase) => `hotword ${phrase}`));
    this.#beam = { ...beam, file: new WordPiecesFile(model, beam.vocabulary), server: heard };
  }

  /** How a recogniser that is started now searches. */
  search(): Search {
    const beam = this.#beam;
    if (beam === undefined) return { kind: 'greedy' };
    try {
      return { kind: 'beam', pieces: beam.file.pieces(), hotwords: beam.isPerSession ? [] : beam.server };
    } catch (error) {
      // Words come before what makes them nicer.
      this.#warn('Hotwords are left out: there is no room for a temporary file.', { error: String(error) });
      return { kind: 'greedy' };
    }
  }

  /** Those of a session, beside the recogniser's. */
  of({ prompt, keywords }: Pick<RecognitionOptions, 'prompt' | 'keywords'>): readonly string[] {
    const beam = this.#beam;
    if (!beam?.isPerSession) {
      this.#tell([...(prompt === undefined ? [] : ['prompt']), ...(keywords ? ['keywords'] : [])]);
      return [];
    }
    const { heard, unheard } = sift([...(keywords ?? []), ...(prompt?.split(betweenPhrases) ?? [])], beam.vocabulary);
    // Not which: they are the client's.
    if (unheard.length > 0) this.#tell(['hotwords that it cannot spell']);
    return keywords ? heard : [...new Set([...heard, ...beam.server])].slice(0, mostPhrases);
  }

  /** When no recogniser is started any more. */
  close(): void {
    this.#beam?.file.remove();
  }

  #tell(options: readonly string[]): void {
    this.#leftOut.tell(options, this.#model.name);
  }
}

/**
 * The addon gives an offline stream hotwords of its own, and a streaming one those of its recogniser. Streaming models of NeMo end
 * the process where they are asked for beam search, and other kinds know none: `undefined`.
 */
function beamOf({
  folder,
  description: { kind, files },
}: SherpaModel): Pick<Beam, 'vocabulary' | 'isPerSession'> | undefined {
  if (kind !== 'transducer' && kind !== 'offline-transducer') return undefined;
  const vocabulary = readVocabulary(join(folder, files.tokens ?? ''));
  const isPerSession = kind === 'offline-transducer';
  return isPerSession || !vocabulary.hasBlankLast ? { vocabulary, isPerSession } : undefined;
}

function sift(phrases: readonly string[], vocabulary: Vocabulary): { heard: string[]; unheard: string[] } {
  const wished = phrases.map((phrase) => phrase.trim()).filter((phrase) => phrase !== '');
  const heard = new Set<string>();
  const unheard: string[] = [];
  for (const phrase of wished) {
    const spelled = vocabulary.spell(phrase);
    if (spelled !== undefined && isShort(spelled) && heard.size < mostPhrases) heard.add(spelled);
    else unheard.push(phrase);
  }
  return { heard: [...heard], unheard };
}

const isShort = (phrase: string) => phrase.length <= mostCharacters && phrase.split(' ').length <= mostWords;
