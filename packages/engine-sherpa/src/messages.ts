import type { ModelDescription } from './model.ts';

/** Payload of `load`. */
export interface LoadRequest {
  readonly folder: string;
  readonly description: ModelDescription;
}

/** Payload of `open`. */
export interface OpenRequest {
  /** ISO 639-1; absent: the model decides. */
  readonly language?: string;
  readonly words: boolean;
}
