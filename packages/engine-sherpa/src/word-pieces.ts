import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

const fileName = 'bpe.vocab';

/** The `WordPieces` of a model. The library reads pieces from a file only: where the model has none, from a temporary one. */
export class WordPiecesFile {
  readonly #model: SherpaModel;
  readonly #vocabulary: Vocabulary;
  #temporary: string | undefined;

  constructor(model: SherpaModel, vocabulary: Vocabulary) {
    this.#model = model;
    this.#vocabulary = vocabulary;
  }

  /** For a recogniser that is started now. Throws where the temporary file cannot be written. */
  pieces(): WordPieces {
    const { modelingUnit } = this.#vocabulary;
    if (modelingUnit === 'cjkchar') return { modelingUnit };
    const { folder, description } = this.#model;
    const { vocabulary } = description.files;
    return { modelingUnit, bpeVocab: vocabulary === undefined ? this.#written() : join(folder, vocabulary) };
  }

  remove(): void {
    if (this.#temporary !== undefined) rmSync(this.#temporary, { recursive: true, force: true });
  }

  /** Systems tidy up what lies in their temporary folder for days: then it is written again. */
  #written(): string {
    if (this.#temporary === undefined || !existsSync(join(this.#temporary, fileName))) {
      this.remove();
      this.#temporary = mkdtempSync(join(tmpdir(), 'live-transcribe-vocabulary-'));
      writeFileSync(join(this.#temporary, fileName), scored(this.#vocabulary));
    }
    return join(this.#temporary, fileName);
  }
}

/**
 * Most models come without their pieces' scores. sentencepiece numbers pieces from the most frequent one, whose probability falls
 * about as their rank grows (Zipf's law): near enough to cut words as the model has learned to.
 */
const scored = ({ tokens }: Vocabulary) => tokens.map((token, index) => `${token}\t${-Math.log(index + 1)}\n`).join('');
