/** How loud a chunk is, in parts of full scale, 0 to 1. */
export interface Level {
  readonly peak: number;
  readonly rms: number;
}

/** As the start message names it: a container is recognised by its bytes, raw audio has to be declared. */
export type Encoding = 'auto' | 'pcm16' | 'pcm16be' | 'pcm_f32' | 'mulaw' | 'alaw' | 'opus';

export interface AudioChunk {
  /** Of `opus`: exactly one packet. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly level?: Level;
  /** Of a container: how long it lasts, as nearly as is known. Raw audio counts for itself. */
  readonly seconds?: number;
  /** Of a container: whether decoding can begin here. By default only with the first chunk. */
  readonly header?: boolean;
}

/** Audio for a transcription. Whoever made it, `start` owns it from then on and stops it. */
export interface AudioSource {
  /** For people: the name of the device, or of the file. */
  readonly label: string;
  readonly encoding: Encoding;
  /** Hz, of raw PCM; of other encodings the rate in which they were made, which nobody needs. */
  readonly sampleRate: number;
  /** Of raw PCM, interleaved. */
  readonly channels: number;
  /** Milliseconds in one packet, of `opus`. */
  readonly packetMs: number;
  /**
   * `live` comes at its own pace and has one reader; `queued` waits to be read and has one reader; `rewindable` waits
   * too, and each reader gets it from its beginning.
   */
  readonly pace: 'live' | 'queued' | 'rewindable';
  /** Bytes in all, where that is known. */
  readonly size?: number;
  /** Ends after `stop`, or by itself; throws `TranscriptionError`, as when a microphone is unplugged. */
  readonly chunks: AsyncIterable<AudioChunk>;
  /** Whether there is silence instead of sound, while time goes on. */
  readonly muted: boolean;
  /** Does nothing where there is no microphone. */
  setMuted(muted: boolean): void;
  /** Whether audio shall come at all, of sources whose chunks make sense only all together. Others' are left out, or wait. */
  setPaused?(paused: boolean): void;
  /** Brings what was already heard to `chunks`, then lets go of the device. */
  stop(): Promise<void>;
}
