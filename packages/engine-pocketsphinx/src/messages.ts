import type { EngineEvent } from '@live-transcribe/core';

/** From the gateway to a decoder's process. The first message is `open`. */
export type ToWorker =
  | { readonly kind: 'open'; readonly library: string; readonly modelFolder: string }
  | { readonly kind: 'audio'; readonly samples: Int16Array }
  | { readonly kind: 'commit' }
  | { readonly kind: 'clear' }
  | { readonly kind: 'finish' };

/** And back. */
export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'event'; readonly event: EngineEvent }
  /** So many samples of `audio` have been decoded. */
  | { readonly kind: 'heard'; readonly samples: number }
  | { readonly kind: 'finished' }
  | { readonly kind: 'broken'; readonly message: string };
