export interface MicrophoneChunk {
  /** Mono, about 20 ms of it. */
  readonly samples: Int16Array;
  /** The loudest sample and the mean power of this chunk, 0 to 1. */
  readonly peak: number;
  readonly rms: number;
}

export interface Microphone {
  /** One reader. Ends after `stop`; throws `microphone_lost` when the device goes away, and the signal's reason. */
  readonly chunks: AsyncIterable<MicrophoneChunk>;
  /** Brings what was already heard to `chunks`, then releases the microphone. */
  stop(): Promise<void>;
}
