import { createRequire } from 'node:module';

/** What is used of sherpa-onnx-node, which has no types of its own. */
export interface SherpaAddon {
  readonly OnlineRecognizer: new (config: object) => OnlineRecognizer;
  readonly OfflineRecognizer: { createAsync(config: object): Promise<OfflineRecognizer> };
  readonly OnlinePunctuation: new (config: object) => Punctuation;
  readonly OfflinePunctuation: new (config: object) => Punctuation;
  readonly SpeakerEmbeddingExtractor: new (config: object) => SpeakerEmbeddingExtractor;
}

export interface Punctuation {
  /** The text with marks, and with capitals where the model has them; its own spaces. */
  addPunct(text: string): string;
}

export interface SpeakerEmbeddingExtractor {
  createStream(): Pick<OnlineStream, 'acceptWaveform' | 'inputFinished'>;
  isReady(stream: object): boolean;
  /** Ends the process where `isReady` is false. `external`: whether the memory stays the library's. */
  compute(stream: object, external: boolean): Float32Array;
}

export interface Waveform {
  /** From -1 to 1. An `Int16Array` here ends the process. */
  readonly samples: Float32Array;
  /** Hz; another one than before ends the process. */
  readonly sampleRate: number;
}

export interface OnlineStream {
  acceptWaveform(waveform: Waveform): void;
  inputFinished(): void;
  setOption(name: string, value: string): void;
}

export interface OnlineRecognizer {
  createStream(): OnlineStream;
  isReady(stream: OnlineStream): boolean;
  /** Ends the process where `isReady` is false. */
  decode(stream: OnlineStream): void;
  isEndpoint(stream: OnlineStream): boolean;
  reset(stream: OnlineStream): void;
  getResult(stream: OnlineStream): RecognizerResult;
}

export interface RecognizerResult {
  readonly text: string;
  readonly tokens?: readonly string[];
  /** Seconds since `start_time`, one for each token where the model has them. */
  readonly timestamps?: readonly number[];
  /** Seconds since the stream's first sample. */
  readonly start_time?: number;
  /** Logarithms of the tokens' probabilities, where the model has them: a streaming model's, and an offline model's. */
  readonly ys_probs?: readonly number[];
  readonly ys_log_probs?: readonly number[];
}

export interface OfflineStream {
  acceptWaveform(waveform: Waveform): void;
  setOption(name: string, value: string): void;
}

export interface OfflineRecognizer {
  /** `hotwords`, with `/` between them: only of a transducer that is searched by beam. Signs beside letters in them can end the process. */
  createStream(hotwords?: string): OfflineStream;
  decodeAsync(stream: OfflineStream): Promise<RecognizerResult>;
}

/** Throws where it is not installed. */
export function loadAddon(): SherpaAddon {
  return createRequire(import.meta.url)('sherpa-onnx-node') as SherpaAddon;
}
