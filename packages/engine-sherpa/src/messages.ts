import type { EngineEvent } from '@live-transcribe/core';
import type { ModelDescription, Purpose } from './model.ts';
import type { WordPieces } from './word-pieces.ts';

/** Payload of `load`. */
export interface LoadRequest extends ModelPlace<'recognition'>, Beside {
  readonly search: Search;
}

/** Further models of a process, which does without them where it ends on them. */
export interface Beside {
  /** What finals are given punctuation by. */
  readonly punctuation?: ModelPlace<'punctuation'>;
  /** What voices are told apart by. */
  readonly speakers?: ModelPlace<'speakers'>;
}

export const besideModels = ['punctuation', 'speakers'] as const satisfies readonly (keyof Beside)[];
export type BesideModel = (typeof besideModels)[number];

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

/** What a voice is like, where there is enough of it. */
export interface Voice {
  /** An embedding's 32-bit floats, in base64. */
  readonly embedding: string;
  /** How long it was heard, in ms. */
  readonly ms: number;
}

/** Payload of `events`: a list of these. An utterance may say by which voice. */
export type ToldEvent = EngineEvent & { readonly voice?: Voice };
