import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SherpaModel } from './model.ts';
import type { ModelingUnit, Vocabulary } from './vocabulary.ts';

/** How the library cuts hotwords into tokens, in its words. */
export interface WordPieces {
  readonly modelingUnit: ModelingUnit;
  /** A file of pieces and scores; only where words are cut into pieces. */
  readonly bpeVocab?: string;
}

/** A `WordPieces` for as long as recognisers are started: the library reads pieces from a file only. */
export class WordPiecesFile {
  readonly pieces: WordPieces;
  readonly #temporary: string | undefined;

  /** Throws where there is no room for a temporary file. */
  constructor({ folder, description: { files } }: SherpaModel, vocabulary: Vocabulary) {
    const { modelingUnit } = vocabulary;
    if (modelingUnit === 'cjkchar') {
      this.pieces = { modelingUnit };
    } else if (files.vocabulary !== undefined) {
      this.pieces = { modelingUnit, bpeVocab: join(folder, files.vocabulary) };
    } else {
      this.#temporary = mkdtempSync(join(tmpdir(), 'live-transcribe-vocabulary-'));
      const bpeVocab = join(this.#temporary, 'bpe.vocab');
      writeFileSync(bpeVocab, scored(vocabulary));
      this.pieces = { modelingUnit, bpeVocab };
    }
  }

  remove(): void {
    if (this.#temporary !== undefined) rmSync(this.#temporary, { recursive: true, force: true });
  }
}

/**
 * Most models come without their pieces' scores. sentencepiece numbers pieces from the most frequent one, whose probability falls
 * about as their rank grows (Zipf's law): near enough to cut words as the model has learned to.
 */
const scored = ({ tokens }: Vocabulary) => tokens.map((token, index) => `${token}\t${-Math.log(index + 1)}\n`).join('');
