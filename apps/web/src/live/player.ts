import { type ReadonlySignal, signal } from '@preact/signals';
import { noticeOf, type Problem } from '../problems.ts';
import type { Run } from '../transcript/transcript.ts';

/** Seconds before a word: heard from its very beginning it is hard to understand. */
const leadIn = 0.15;

/** Plays the file that is being transcribed, in the transcript's time. */
export class Player {
  /** The part of the transcript that the file belongs to. */
  readonly run: Pick<Run, 'number' | 'offset'>;
  readonly name: string;
  readonly #media = new Audio();
  readonly #url: string;
  readonly #playing = signal(false);
  readonly #time = signal(0);
  readonly #duration = signal(0);
  #frame = 0;

  constructor(file: File, run: Pick<Run, 'number' | 'offset'>, tell: (problem: Problem) => void) {
    this.run = run;
    this.name = file.name;
    this.#url = URL.createObjectURL(file);
    const media = this.#media;
    media.preload = 'metadata';
    media.addEventListener('durationchange', () => {
      // Recordings without an index have an endless one until they have been read.
      this.#duration.value = Number.isFinite(media.duration) ? media.duration : 0;
    });
    media.addEventListener('play', () => this.#play());
    media.addEventListener('pause', () => (this.#playing.value = false));
    media.addEventListener('timeupdate', () => this.#tick());
    media.addEventListener('error', () => tell(noticeOf('playback_failed')));
    media.src = this.#url;
  }

  get playing(): ReadonlySignal<boolean> {
    return this.#playing;
  }
  /** Seconds of the file. */
  get time(): ReadonlySignal<number> {
    return this.#time;
  }
  /** Seconds of the file; 0 while that is not known. */
  get duration(): ReadonlySignal<number> {
    return this.#duration;
  }

  toggle(): void {
    if (this.#media.paused) this.#start();
    else this.#media.pause();
  }

  /** Seconds of the file. */
  seek(time: number): void {
    this.#media.currentTime = Math.max(0, time);
    this.#time.value = this.#media.currentTime;
  }

  /** Seconds of the transcript. */
  playFrom(time: number): void {
    this.seek(time - this.run.offset - leadIn);
    this.#start();
  }

  /** Lets go of the file. */
  close(): void {
    cancelAnimationFrame(this.#frame);
    this.#media.pause();
    this.#media.removeAttribute('src');
    this.#media.load();
    URL.revokeObjectURL(this.#url);
  }

  #start(): void {
    // Where it cannot play, its event `error` tells; a pause in the same moment is no fault.
    this.#media.play().catch(() => undefined);
  }

  #play(): void {
    this.#playing.value = true;
    this.#tick();
  }

  /** At every frame while it plays: `timeupdate` comes four times a second, words come faster. */
  readonly #tick = (): void => {
    cancelAnimationFrame(this.#frame);
    this.#time.value = this.#media.currentTime;
    if (!this.#media.paused) this.#frame = requestAnimationFrame(this.#tick);
  };
}
