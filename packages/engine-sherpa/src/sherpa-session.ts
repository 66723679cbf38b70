import { EngineError, type EngineEvent, EngineEvents, type EngineSession } from '@live-transcribe/core';
import type { OpenRequest, ToldEvent } from './messages.ts';
import type { Speakers } from './speakers.ts';
import { bytesOf, frame, jsonFrame, toWorker } from './wire.ts';

/** Samples that may wait for the recogniser: 1 s at 16 kHz. A file that is faster waits here, so that it delays nobody. */
const inFlightLimit = 16_000;
/** And begins again here: several pieces at a time are less work than one after the other. */
const inFlightAgain = inFlightLimit / 2;

type State = 'open' | 'finishing' | 'ended';

/** What a session needs of its recogniser's process. */
export interface Channel {
  send(bytes: Buffer): void;
  /** An answer will be owed: to be called before it is asked for. */
  expect(): void;
}

export interface SherpaSessionOptions {
  /** Unique in its process. */
  readonly stream: number;
  readonly channel: Channel;
  readonly request: OpenRequest;
  /** Who spoke in this session before; where absent nobody is told apart. */
  readonly speakers?: Speakers | undefined;
  readonly signal: AbortSignal;
  /** Called once, when it is over. */
  readonly onEnd: () => void;
}

/** One recognition: a stream of a recogniser's process. */
export class SherpaSession implements EngineSession {
  readonly events = new EngineEvents();
  readonly #options: SherpaSessionOptions;
  readonly #onAbort: () => void;
  #state: State = 'open';
  #inFlight = 0;
  #wakeWriter: (() => void) | undefined;

  constructor(options: SherpaSessionOptions) {
    this.#options = options;
    const { request, signal, channel, stream } = options;
    this.#onAbort = () => this.fail(signal.reason);
    channel.send(jsonFrame(toWorker.open, stream, request));
    signal.addEventListener('abort', this.#onAbort);
    if (signal.aborted) this.#onAbort();
  }

  /** Whether the process owes it something. */
  get owesAnswer(): boolean {
    return this.#state === 'finishing' || (this.#state === 'open' && this.#inFlight > 0);
  }

  write(samples: Int16Array): Promise<void> | undefined {
    if (this.#state !== 'open') return undefined;
    this.#options.channel.expect();
    this.#inFlight += samples.length;
    this.#order(toWorker.audio, bytesOf(samples));
    return this.#inFlight > inFlightLimit || this.events.isFull ? this.#room() : undefined;
  }

  async commit(): Promise<void> {
    if (this.#state === 'open') this.#order(toWorker.commit);
  }

  async clear(): Promise<void> {
    if (this.#state === 'open') this.#order(toWorker.clear);
  }

  async finish(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#options.channel.expect();
    this.#state = 'finishing';
    this.#order(toWorker.finish);
  }

  /** What the process says of it. */
  hear(events: readonly ToldEvent[]): void {
    for (const event of events) this.events.push(event.voice === undefined ? event : this.#named(event));
  }

  /** So many samples have been decoded. */
  heard(samples: number): void {
    this.#inFlight -= samples;
    if (this.#inFlight <= inFlightAgain) this.#wakeWriter?.();
  }

  finished(): void {
    this.#over();
  }

  /** Ends it at once; the reader of `events` gets `reason`. */
  fail(reason: unknown): void {
    if (this.#state === 'ended') return;
    this.events.fail(reason);
    this.#over();
  }

  #named({ voice, ...event }: ToldEvent): EngineEvent {
    const speaker = voice && this.#options.speakers?.whoIs(voice);
    return event.kind === 'utterance' && speaker !== undefined ? { ...event, speaker } : event;
  }

  #order(kind: number, payload?: Uint8Array): void {
    this.#options.channel.send(frame(kind, this.#options.stream, payload));
  }

  async #room(): Promise<void> {
    // Only when it was full: a full stream of events alone waits below.
    const most = this.#inFlight > inFlightLimit ? inFlightAgain : inFlightLimit;
    while (this.#inFlight > most && this.#state !== 'ended') {
      await new Promise<void>((resolve) => {
        this.#wakeWriter = resolve;
      });
    }
    this.#wakeWriter = undefined;
    await this.events.room();
  }

  #over(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.events.end();
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    this.#wakeWriter?.();
    this.#order(toWorker.drop);
    this.#options.onEnd();
  }
}

export const lost = (message: string, cause?: unknown) => new EngineError('engine_lost', message, { cause });
