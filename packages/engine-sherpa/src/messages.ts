import type { ModelDescription, Purpose } from './model.ts';
import type { WordPieces } from './word-pieces.ts';

/** Payload of `load`. */
export interface LoadRequest extends ModelPlace<'recognition'> {
  readonly search: Search;
  /** What finals are given punctuation by. */
  readonly punctuation?: ModelPlace<'punctuation'>;
}

/** A model and where it is. */
export interface ModelPlace<P extends Purpose> {
  readonly folder: string;
  readonly description: ModelDescription<P>;
}

/** How a model is searched for its text. */
export type Search =
  | { readonly kind: 'greedy' }
  /** `hotwords` are for all streams, as the model's vocabulary spells them. */
  | { readonly kind: 'beam'; readonly pieces: WordPieces; readonly hotwords: readonly string[] };

/** Payload of `open`. */
export interface OpenRequest {
  /** ISO 639-1; absent: the model decides. */
  readonly language?: string;
  readonly words: boolean;
  /** As the model's vocabulary spells them; only where a stream can have its own. */
  readonly hotwords?: readonly string[];
}
