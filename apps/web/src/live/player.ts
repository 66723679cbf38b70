import { type ReadonlySignal, signal } from '@preact/signals';
import { noticeOf, type Problem } from '../problems.ts';
import type { Run } from '../transcript/transcript.ts';

/** Seconds before a word: heard from its very beginning it is hard to understand. */
const leadIn = 0.15;

/** What can be played. */
export interface Playable {
  readonly name: string;
  readonly url: string;
  /** Called when it is played no more. */
  readonly release?: () => void;
}

/** A file of the person's own. */
export function playableFile(file: File): Playable {
  const url = URL.createObjectURL(file);
  return { name: file.name, url, release: () => URL.revokeObjectURL(url) };
}

/** Plays what is or was transcribed, in the transcript's time. */
export class Player {
  /** The part of the transcript that it belongs to. */
  readonly run: Pick<Run, 'number' | 'offset'>;
  readonly name: string;
  readonly #media = new Audio();
  readonly #source: Playable;
  readonly #playing = signal(false);
  readonly #time = signal(0);
  readonly #duration = signal(0);
  #frame = 0;

  constructor(source: Playable, run: Pick<Run, 'number' | 'offset'>, tell: (problem: Problem) => void) {
    this.run = run;
    this.name = source.name;
    this.#source = source;
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
    media.src = source.url;
  }

  get playing(): ReadonlySignal<boolean> {
    return this.#playing;
  }
  /** Seconds of what is played. */
  get time(): ReadonlySignal<number> {
    return this.#time;
  }
  /** Seconds of what is played; 0 while that is not known. */
  get duration(): ReadonlySignal<number> {
    return this.#duration;
  }

  toggle(): void {
    if (this.#media.paused) this.#start();
    else this.#media.pause();
  }

  /** Seconds of what is played. */
  seek(time: number): void {
    this.#media.currentTime = Math.max(0, time);
    this.#time.value = this.#media.currentTime;
  }

  /** Seconds of the transcript. */
  playFrom(time: number): void {
    this.seek(time - this.run.offset - leadIn);
    this.#start();
  }

  /** Lets go of it. */
  close(): void {
    cancelAnimationFrame(this.#frame);
    this.#media.pause();
    this.#media.removeAttribute('src');
    this.#media.load();
    this.#source.release?.();
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
