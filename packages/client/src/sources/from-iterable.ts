import { byDeadline } from '../deadline.ts';
import { TranscriptionError } from '../errors.ts';
import type { AudioChunk, AudioSource, Encoding } from './source.ts';

export interface IterableFormat {
  /** `auto` by default: a container, recognised by its bytes. */
  readonly encoding?: Encoding;
  /** Hz, of raw PCM; 24000 by default. */
  readonly sampleRate?: number;
  /** Of raw PCM; 1 by default. */
  readonly channels?: number;
  /** Milliseconds in one packet of `opus`; 20 by default. */
  readonly packetMs?: number;
  readonly label?: string;
  /** Bytes in all, where that is known. */
  readonly size?: number;
  /** Whether it comes at its own pace, so that what nobody reads must be given up; otherwise it is made to wait. */
  readonly live?: boolean;
}

type Bytes = AsyncIterable<Uint8Array>;

/**
 * Bytes from anywhere. A function that gives them anew from their beginning needs no memory to survive a lost connection;
 * a container that can be read only once needs all of it.
 */
export function fromIterable(bytes: Bytes | (() => Bytes), format: IterableFormat = {}): AudioSource {
  return new IterableSource(bytes, format);
}

class IterableSource implements AudioSource {
  readonly label: string;
  readonly encoding: Encoding;
  readonly sampleRate: number;
  readonly channels: number;
  readonly packetMs: number;
  readonly pace: AudioSource['pace'];
  readonly size?: number;
  readonly chunks: AsyncIterable<AudioChunk>;
  readonly muted = false;
  readonly #stop = new AbortController();

  constructor(bytes: Bytes | (() => Bytes), format: IterableFormat) {
    const { encoding = 'auto', sampleRate = 24_000, channels = 1, packetMs = 20, label = '', size } = format;
    this.label = label;
    this.encoding = encoding;
    this.sampleRate = sampleRate;
    this.channels = channels;
    this.packetMs = packetMs;
    if (size !== undefined) this.size = size;
    const again = typeof bytes === 'function';
    this.pace = again ? 'rewindable' : format.live ? 'live' : 'queued';
    this.chunks = { [Symbol.asyncIterator]: () => this.#read(again ? bytes : () => bytes) };
  }

  setMuted(): void {
    // There is no microphone.
  }

  async stop(): Promise<void> {
    this.#stop.abort(this);
  }

  async *#read(open: () => Bytes): AsyncGenerator<AudioChunk, void, undefined> {
    const { signal } = this.#stop;
    let reader: AsyncIterator<Uint8Array> | undefined;
    try {
      reader = open()[Symbol.asyncIterator]();
      for (;;) {
        const { done, value } = await byDeadline(reader.next(), { signal });
        if (done) return;
        // A copy: the memory is the program's own, and what is kept of it may be sent again much later.
        yield { bytes: new Uint8Array(value) };
      }
    } catch (cause) {
      if (signal.aborted) return;
      if (cause instanceof TranscriptionError) throw cause;
      throw new TranscriptionError('source_failed', 'The audio could not be read to its end.', { cause });
    } finally {
      // Not awaited: one that still waits for bytes ends only when they come.
      reader?.return?.().catch(() => undefined);
    }
  }
}
