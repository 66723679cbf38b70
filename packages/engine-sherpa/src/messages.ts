import type { ModelDescription, Purpose } from './model.ts';

/** Payload of `load`. */
export interface LoadRequest extends ModelPlace<'recognition'> {
  /** What finals are given punctuation by. */
  readonly punctuation?: ModelPlace<'punctuation'>;
}

/** A model and where it is. */
export interface ModelPlace<P extends Purpose> {
  readonly folder: string;
  readonly description: ModelDescription<P>;
}

/** Payload of `open`. */
export interface OpenRequest {
  /** ISO 639-1; absent: the model decides. */
  readonly language?: string;
  readonly words: boolean;
}
