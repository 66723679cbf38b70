import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { TranscriptionState } from '../feed-events.ts';
import { LiveTranscription } from '../live-transcription.ts';
import type { SessionInfo } from '../messages.ts';
import type { TranscriptionOptions } from '../options.ts';
import type { AudioSource } from '../sources/source.ts';
import type { Segment } from '../transcript.ts';

interface Shown {
  readonly state: TranscriptionState;
  readonly segments: readonly Segment[];
  readonly session: SessionInfo | undefined;
  /** What ended it before its time, or kept it from starting. */
  readonly error: unknown;
  readonly paused: boolean;
}

export interface LiveTranscriptionHook extends Shown {
  /** For what the hook does not show: levels, notices, progress. Another one with each `start`. */
  readonly transcription: LiveTranscription | undefined;
  /**
   * Begins a new transcription; one that goes on is ended first. Resolves when the server has begun, or when it is known
   * why not: that is shown as `error`.
   */
  readonly start: (source: AudioSource | Promise<AudioSource>) => Promise<void>;
  /** Resolves when the last final is there, or will never come. */
  readonly stop: () => Promise<void>;
  readonly commit: () => void;
  readonly pause: () => void;
  readonly resume: () => void;
}

/** A transcription for as long as the component is there; the options count from the next `start` on. */
export function useLiveTranscription(options: TranscriptionOptions): LiveTranscriptionHook {
  const [store] = useState(() => new Store());
  const latest = useRef(options);
  latest.current = options;
  const shown = useSyncExternalStore(store.subscribe, store.snapshot, store.snapshot);
  useEffect(() => () => store.abandon(), [store]);
  return {
    ...shown,
    transcription: store.transcription,
    start: (source) => store.start(source, latest.current),
    stop: async () => store.transcription?.stop().catch(() => undefined),
    commit: () => store.transcription?.commit(),
    pause: () => store.setPaused(true),
    resume: () => store.setPaused(false),
  };
}

const idle: Shown = { state: 'idle', segments: [], session: undefined, error: undefined, paused: false };

/** One transcription after the other, as React wants to see them: a value that is another one whenever it has changed. */
class Store {
  transcription: LiveTranscription | undefined;
  #shown = idle;
  #current = new AbortController();
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): Shown => this.#shown;

  async start(source: AudioSource | Promise<AudioSource>, options: TranscriptionOptions): Promise<void> {
    this.abandon();
    const current = new AbortController();
    this.#current = current;
    const signals = [current.signal, ...(options.signal ? [options.signal] : [])];
    const transcription = new LiveTranscription({ ...options, signal: AbortSignal.any(signals) });
    this.transcription = transcription;
    this.#show({ ...idle, state: 'connecting' });
    try {
      const audio = await source;
      if (current.signal.aborted) return await audio.stop();
      for (const type of ['state', 'segments'] as const) {
        transcription.addEventListener(type, () => this.#look(transcription), { signal: current.signal });
      }
      await transcription.start(audio);
    } catch (error) {
      // One that has started shows its failure itself.
      if (!current.signal.aborted) this.#show({ ...this.#shown, state: 'failed', error });
    }
  }

  setPaused(paused: boolean): void {
    if (paused) this.transcription?.pause();
    else this.transcription?.resume();
    this.#show({ ...this.#shown, paused: this.transcription?.paused ?? false });
  }

  /** Ends what goes on, at once. */
  abandon(): void {
    this.#current.abort();
  }

  #look({ state, segments, session, error, paused }: LiveTranscription): void {
    this.#show({ state, segments, session, error, paused });
  }

  #show(shown: Shown): void {
    this.#shown = shown;
    for (const listener of this.#listeners) listener();
  }
}
