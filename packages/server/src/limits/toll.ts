import { asTranscribeError, type Clock } from '@live-transcribe/core';
import type { ClientSocket } from '../client-socket.ts';

export interface TollOptions {
  /** Hz, of the samples that are counted. */
  readonly sampleRate: number;
  /** How many times faster than real time audio is taken. */
  readonly maxAudioRate: number;
  /** Counts what was heard; throws when that was all. */
  readonly use: (seconds: number) => Promise<void>;
  readonly socket: Pick<ClientSocket, 'open' | 'ending' | 'endWith'>;
  readonly clock: Clock;
}

/** Seconds of audio that may come as fast as it likes: what a client has kept while its connection was lost. */
const burstSeconds = 60;
/** Seconds of audio between two looks at the clock. */
const lookEvery = 1;
/** Seconds of audio between two counts, which may be another machine's to make. */
const countEvery = 10;
/** Nobody has more to say than audio; who floods the server with other messages is slowed as well. */
const messagesPerSecond = 100;
const messageBurst = 1_000;
const stepMs = 250;
/** The wait is short, and looks at the socket itself. */
const never = new AbortController().signal;

/** What one connection pays for what it sends: one sum per chunk of audio, and now and then a look at the clock. */
export class Toll {
  readonly #options: TollOptions;
  readonly #begun: number;
  #samples = 0;
  #messages = 0;
  /** Samples at which to look again. */
  #next: number;
  #counted = 0;

  constructor(options: TollOptions) {
    this.#options = options;
    this.#begun = options.clock.now();
    this.#next = lookEvery * options.sampleRate;
  }

  /** For audio that was taken; answers what is to be waited for before more is. */
  audio(samples: number): Promise<void> | undefined {
    this.#samples += samples;
    if (this.#samples < this.#next) return undefined;
    this.#next = this.#samples + lookEvery * this.#options.sampleRate;
    this.#count();
    return this.#audioAllowed() ? undefined : this.#waitFor(() => this.#audioAllowed());
  }

  /** The same for a message that is no audio. */
  message(): Promise<void> | undefined {
    this.#messages += 1;
    return this.#messages < messageBurst ? undefined : this.#waitFor(() => this.#messagesAllowed());
  }

  /** Counts the rest. Never throws. */
  async end(): Promise<void> {
    const rest = this.#seconds - this.#counted;
    this.#counted += rest;
    // Beyond the last word there is nothing to refuse.
    await this.#options.use(rest).catch(() => undefined);
  }

  get #seconds(): number {
    return this.#samples / this.#options.sampleRate;
  }

  /** Nobody waits for it: who has no more minutes is let go a little later. */
  #count(): void {
    const { use, socket } = this.#options;
    const uncounted = this.#seconds - this.#counted;
    if (uncounted < countEvery) return;
    this.#counted += uncounted;
    void use(uncounted).catch((thrown: unknown) => socket.endWith(asTranscribeError(thrown)));
  }

  /** Meanwhile nothing is read: the client is slowed by its own connection. */
  async #waitFor(allowed: () => boolean): Promise<void> {
    const { socket, clock } = this.#options;
    while (!allowed() && socket.open && socket.ending === undefined) {
      await clock.wait(stepMs, never);
    }
  }

  #audioAllowed(): boolean {
    return burstSeconds + this.#elapsed * this.#options.maxAudioRate >= this.#seconds;
  }

  #messagesAllowed(): boolean {
    return messageBurst + this.#elapsed * messagesPerSecond >= this.#messages;
  }

  /** Seconds. */
  get #elapsed(): number {
    return (this.#options.clock.now() - this.#begun) / 1000;
  }
}
