import { type TranscriptionState, watch } from '@live-transcribe/client';
import { type ReadonlySignal, signal } from '@preact/signals';
import { type Problem, problemOf } from '../problems.ts';
import { type Reading, readingOf } from '../transcript/reading.ts';
import { showIn } from '../transcript/show-in.ts';
import { Transcript } from '../transcript/transcript.ts';

export interface WatchingOptions {
  /** The server's address. */
  readonly url: URL;
  readonly token: string | undefined;
  readonly session: string;
}

/** A session of others, followed as it is spoken. */
export class Watching {
  readonly reading: Reading;
  readonly #state = signal<TranscriptionState>('connecting');
  readonly #problem = signal<Problem | undefined>(undefined);
  readonly #close: () => void;

  constructor({ url, token, session }: WatchingOptions) {
    const transcript = new Transcript();
    this.reading = readingOf(transcript.rows);
    const run = transcript.begin(new Date());
    const watched = watch({ url, session, ...(token !== undefined && { token }) });
    this.#close = () => watched.close();
    showIn(run, watched);
    watched.addEventListener('state', () => {
      this.#state.value = watched.state;
      if (watched.state === 'failed') this.#problem.value = problemOf(watched.error);
      if (watched.state === 'ended' || watched.state === 'failed') run.close(0);
    });
    this.#state.value = watched.state;
  }

  get state(): ReadonlySignal<TranscriptionState> {
    return this.#state;
  }
  get problem(): ReadonlySignal<Problem | undefined> {
    return this.#problem;
  }

  close(): void {
    this.#close();
  }
}
