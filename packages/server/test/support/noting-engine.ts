import { joinSamples, type StreamMs, streamMs } from '@live-transcribe/audio';
import type { Engine, EngineEvent, EngineSession, RecognitionOptions } from '@live-transcribe/core';

/** How many samples the n-th connection has been given, or that these were all: it finishes. */
export type OnGiven = (connection: number, samples: number | 'all') => void;

/** Another engine, and a note of what each of its connections was given and has said. */
export class NotingEngine implements Engine {
  readonly connections: NotedConnection[] = [];
  readonly #engine: Engine;
  readonly #onGiven: OnGiven;

  constructor(engine: Engine, onGiven: OnGiven = () => undefined) {
    this.#engine = engine;
    this.#onGiven = onGiven;
  }

  get id() {
    return this.#engine.id;
  }

  get sampleRate() {
    return this.#engine.sampleRate;
  }

  get features() {
    return this.#engine.features;
  }

  readiness() {
    return this.#engine.readiness();
  }

  async open(options: RecognitionOptions, signal: AbortSignal): Promise<EngineSession> {
    const session = await this.#engine.open(options, signal);
    const noted = new NotedConnection();
    const connection = this.connections.push(noted) - 1;
    return {
      events: noted.listen(session.events),
      write: (samples) => {
        noted.take(samples);
        const more = session.write(samples);
        this.#onGiven(connection, noted.given);
        return more;
      },
      commit: () => session.commit(),
      clear: () => session.clear(),
      finish: async () => {
        await session.finish();
        this.#onGiven(connection, 'all');
      },
    };
  }

  close() {
    return this.#engine.close();
  }
}

export class NotedConnection {
  /** As far as they were read. */
  readonly events: EngineEvent[] = [];
  readonly #pieces: Int16Array[] = [];
  #given = 0;

  /** How many samples. */
  get given(): number {
    return this.#given;
  }

  get samples(): Int16Array {
    return joinSamples(this.#pieces);
  }

  take(samples: Int16Array): void {
    this.#pieces.push(samples.slice());
    this.#given += samples.length;
  }

  /** In ms: audio before it is not needed any more. */
  get settled(): StreamMs {
    return this.events.reduce((most, event) => (event.kind === 'settled' ? event.through : most), streamMs(0));
  }

  async *listen(events: AsyncIterable<EngineEvent>): AsyncIterable<EngineEvent> {
    for await (const event of events) {
      this.events.push(event);
      yield event;
    }
  }
}
