import type { OpenSocket } from './socket.ts';

/** A token, or what fetches one: it is asked again when the server says that the last one has expired. */
export type Token = string | (() => string | Promise<string>);

/** Who ends an utterance; the server's choice by default. With `none` only `commit` does. */
export type TurnDetection =
  | { type: 'server_vad'; threshold?: number; prefixPaddingMs?: number; silenceDurationMs?: number }
  | { type: 'semantic_vad'; eagerness?: 'auto' | 'low' | 'medium' | 'high' }
  | { type: 'gateway_vad'; silenceDurationMs?: number }
  | { type: 'none' };

/** What concerns the recognition; for what is left out the server's settings hold. */
export interface RecognitionOptions {
  /** ISO 639-1, or `auto`; `en` by default. */
  readonly language?: string;
  /** ISO 639-1 codes of what may be spoken. */
  readonly languages?: readonly string[];
  readonly model?: string;
  /** Words or a sentence that help the recognition. */
  readonly prompt?: string;
  /** Names and terms that are likely to be said. */
  readonly keywords?: readonly string[];
  /** Whether segments shall have their words' times, where the engine knows them. */
  readonly words?: boolean;
  readonly turnDetection?: TurnDetection;
  readonly noiseReduction?: 'near_field' | 'far_field' | 'off';
  /** How long a model that streams may think. */
  readonly delay?: 'minimal' | 'low' | 'medium' | 'high' | 'xhigh';
  /** Whether the server shall keep the audio beside the transcript, where it keeps audio. */
  readonly keepAudio?: boolean;
}

export interface TranscriptionOptions extends RecognitionOptions {
  /** Of `/v1/transcriptions`; `http(s):` and `ws(s):` mean the same, and a page may leave out its own address. */
  readonly url: string | URL;
  readonly token?: Token;
  /** How much audio is kept until the server has covered it; 300 by default. Beyond it the oldest is given up. */
  readonly keepSeconds?: number;
  /** How long a lost connection is tried anew before the transcription fails; 300 by default. */
  readonly giveUpSeconds?: number;
  /** Ends everything at once, at any time. */
  readonly signal?: AbortSignal;
  /** Where there is no global `WebSocket`, as in Node 20. */
  readonly openSocket?: OpenSocket;
}
