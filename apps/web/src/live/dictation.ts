import {
  type AudioSource,
  type Level,
  LiveTranscription,
  type Progress,
  type SessionInfo,
} from '@live-transcribe/client';
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { noticeOf, type Problem, problemOf } from '../problems.ts';
import { showIn } from '../transcript/show-in.ts';
import type { Run, Transcript } from '../transcript/transcript.ts';
import { ending } from './ending.ts';
import { openSource, type SourceChoice } from './open-source.ts';
import { type Phase, phaseAfter } from './phase.ts';
import { Player, playableFile } from './player.ts';
import type { StartRequest } from './start-request.ts';

export interface DictationOptions {
  /** Of `/v1/transcriptions`. */
  readonly url: URL;
  readonly token: string | undefined;
  readonly workletUrl: string;
  readonly transcript: Transcript;
}

const silence: Level = { peak: 0, rms: 0 };
/** After this long the last words may be given up: the server may be gone. */
const patienceMs = 8_000;
/** The clock on the page counts seconds. */
const clockEveryMs = 250;

/** One person speaking into one page: the source, the conversation with the server, and the text so far. */
export class Dictation {
  readonly transcript: Transcript;
  readonly #options: DictationOptions;
  readonly #phase = signal<Phase>('idle');
  readonly #problem = signal<Problem | undefined>(undefined);
  readonly #session = signal<SessionInfo | undefined>(undefined);
  readonly #kind = signal<SourceChoice['kind']>('microphone');
  readonly #level = signal<Level>(silence);
  readonly #progress = signal<Progress | undefined>(undefined);
  readonly #run = signal({ seconds: 0, covered: 0 });
  readonly #stuck = signal(false);
  readonly #reconnects = signal(0);
  readonly #player = signal<Player | undefined>(undefined);

  readonly phase: ReadonlySignal<Phase> = this.#phase;
  readonly problem: ReadonlySignal<Problem | undefined> = this.#problem;
  /** What the server said of the present or the latest session. */
  readonly session: ReadonlySignal<SessionInfo | undefined> = this.#session;
  /** What is or was listened to. */
  readonly kind: ReadonlySignal<SourceChoice['kind']> = this.#kind;
  readonly level: ReadonlySignal<Level> = this.#level;
  /** Of a file. */
  readonly progress: ReadonlySignal<Progress | undefined> = this.#progress;
  /** Of audio, all sessions on the page together. */
  readonly seconds: ReadonlySignal<number> = computed(() => this.transcript.duration.value + this.#run.value.seconds);
  /** Seconds of the present session that need not be kept any more. */
  readonly covered: ReadonlySignal<number> = computed(() => this.#run.value.covered);
  /** Whether the last words have been waited for long enough to give them up. */
  readonly stuck: ReadonlySignal<boolean> = this.#stuck;
  /** How often the connection of the session was lost. */
  readonly reconnects: ReadonlySignal<number> = this.#reconnects;
  /** Of the file that is or was transcribed. */
  readonly player: ReadonlySignal<Player | undefined> = this.#player;

  #live: LiveTranscription | undefined;
  #cancel: AbortController | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;

  constructor(options: DictationOptions) {
    this.#options = options;
    this.transcript = options.transcript;
  }

  /** Starts while idle. Ends by itself and tells by the signals how. */
  start(request: StartRequest): void {
    if (this.#phase.value === 'idle') void this.#speak(request);
  }

  /** What was said still becomes text; pressed once more, when that takes long, it is given up. */
  stop(): void {
    switch (this.#phase.value) {
      case 'idle':
        return;
      case 'asking':
      case 'connecting':
        this.#cancel?.abort();
        return;
      case 'listening':
      case 'paused':
      case 'reconnecting':
        this.#enter('finishing');
        // What comes of it is told by the state.
        this.#live?.stop().catch(() => undefined);
        return;
      case 'finishing':
        if (this.#stuck.value) this.#cancel?.abort();
        return;
      default:
        this.#phase.value satisfies never;
    }
  }

  /** Pauses or goes on, whichever there is to do. */
  togglePause(): void {
    if (this.#phase.value === 'listening') {
      this.#live?.pause();
      this.#enter('paused');
    } else if (this.#phase.value === 'paused') {
      this.#live?.resume();
      this.#enter('listening');
    }
  }

  /** Closes the sentence that is being spoken. */
  commit(): void {
    if (this.#phase.value === 'listening') this.#live?.commit();
  }

  /** Forgets the text; only while idle. */
  clear(): void {
    if (this.#phase.value !== 'idle') return;
    this.transcript.clear();
    this.#problem.value = undefined;
    this.#session.value = undefined;
    this.#dropPlayer();
  }

  tell(problem: Problem): void {
    this.#problem.value = problem;
  }

  dismissProblem(): void {
    this.#problem.value = undefined;
  }

  async #speak(request: StartRequest): Promise<void> {
    const cancel = new AbortController();
    this.#cancel = cancel;
    this.#problem.value = undefined;
    this.#kind.value = request.source.kind;
    try {
      // The source first: nobody holds a recogniser while somebody looks for the button that allows the microphone.
      this.#phase.value = 'asking';
      const { workletUrl } = this.#options;
      const source = await openSource(request.source, { workletUrl, signal: cancel.signal });
      this.#phase.value = 'connecting';
      await this.#converse(source, request, cancel);
    } catch (thrown) {
      if (!cancel.signal.aborted) this.#problem.value = problemOf(thrown);
    } finally {
      cancel.abort();
      clearTimeout(this.#patience);
      this.#patience = undefined;
      this.#live = undefined;
      this.#stuck.value = false;
      this.#progress.value = undefined;
      this.#enter('idle');
    }
  }

  async #converse(source: AudioSource, request: StartRequest, { signal: cancelled }: AbortController): Promise<void> {
    const { url, token } = this.#options;
    const { source: choice, recognition } = request;
    const live = new LiveTranscription({
      ...recognition,
      url,
      signal: cancelled,
      ...(token !== undefined && { token }),
    });
    this.#live = live;
    this.#reconnects.value = 0;
    const run = this.transcript.begin(new Date());
    if (choice.kind === 'file') this.#play(choice.file, run);
    const clock = setInterval(() => {
      this.#run.value = { seconds: live.seconds, covered: live.covered };
    }, clockEveryMs);
    try {
      const over = ending(live);
      this.#follow(live, run);
      this.#session.value = await live.start(source);
      await over;
    } finally {
      clearInterval(clock);
      run.show(live.segments);
      run.close(live.seconds);
      this.#run.value = { seconds: 0, covered: 0 };
    }
  }

  #follow(live: LiveTranscription, run: Run): void {
    showIn(run, live);
    live.addEventListener('state', (state) => {
      if (state === 'reconnecting') this.#reconnects.value++;
      this.#enter(phaseAfter(this.#phase.value, state, live.paused));
    });
    live.addEventListener('level', (level) => (this.#level.value = level));
    live.addEventListener('progress', (progress) => (this.#progress.value = progress));
    live.addEventListener('error', ({ code, message, fatal }) => {
      // What ends the session is told by its end.
      if (!fatal) this.#problem.value = noticeOf(code, message);
    });
  }

  #enter(phase: Phase): void {
    this.#phase.value = phase;
    if (phase !== 'listening') this.#level.value = silence;
    if (phase === 'finishing') this.#patience ??= setTimeout(() => (this.#stuck.value = true), patienceMs);
  }

  #play(file: File, run: Run): void {
    this.#dropPlayer();
    this.#player.value = new Player(playableFile(file), run, (problem) => {
      // That it cannot be heard matters less than that it cannot be transcribed.
      if (this.#problem.value?.kind !== 'error') this.tell(problem);
    });
  }

  #dropPlayer(): void {
    this.#player.value?.close();
    this.#player.value = undefined;
  }
}
