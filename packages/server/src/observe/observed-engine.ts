import { samplesToMs } from '@live-transcribe/audio';
import { type Engine, EngineError, type EngineEvent, type EngineSession } from '@live-transcribe/core';
import type { ConnectionObservation } from './connection-observation.ts';
import type { Rings } from './rings.ts';
import type { SessionObservation } from './session-observation.ts';

/** `engine`, with what one session gives it and hears from it noted, and written to the rings. Times are the engine connection's. */
export function observeEngine(engine: Engine, observed: SessionObservation, rings: Rings): Engine {
  return {
    id: engine.id,
    sampleRate: engine.sampleRate,
    features: engine.features,
    readiness: () => engine.readiness(),
    close: () => engine.close(),
    // Not all engines have it, and what an engine cannot do nobody shall ask of it.
    ...(engine.transcribe && { transcribe: engine.transcribe.bind(engine) }),
    open: async (options, signal) => {
      const connection = observed.connecting();
      try {
        const inner = await engine.open(options, signal);
        connection.opened();
        return observeSession(inner, { connection, signal, rings, sampleRate: engine.sampleRate, observed });
      } catch (thrown) {
        connection.ended(faultOf(thrown, signal));
        throw thrown;
      }
    },
  };
}

interface Observers {
  readonly observed: SessionObservation;
  readonly connection: ConnectionObservation;
  readonly signal: AbortSignal;
  readonly rings: Rings;
  readonly sampleRate: number;
}

function observeSession(inner: EngineSession, observers: Observers): EngineSession {
  const { observed, rings, sampleRate } = observers;
  const session = observed.about.id;
  let written = 0;
  return {
    events: observeEvents(inner.events, observers),
    commit: () => inner.commit(),
    clear: () => inner.clear(),
    finish: () => inner.finish(),
    write: (samples) => {
      const start = samplesToMs(written, sampleRate) / 1000;
      written += samples.length;
      observed.sending(samples.length);
      rings.engineChunks.add(session, samples.byteLength, start, samplesToMs(written, sampleRate) / 1000);
      return inner.write(samples);
    },
  };
}

/** Not a generator: of each event that would make three promises where one is enough. */
function observeEvents(events: AsyncIterable<EngineEvent>, observers: Observers): AsyncIterable<EngineEvent> {
  const { observed, connection, signal, rings } = observers;
  const show = (result: IteratorResult<EngineEvent>): IteratorResult<EngineEvent> => {
    if (result.done === true) {
      connection.ended(undefined);
      return result;
    }
    const event = result.value;
    if (event.kind === 'failed') connection.failed(event.error);
    if (event.kind !== 'settled' && event.kind !== 'rotate') rings.engineText.add(observed.about.id, event);
    return result;
  };
  const fail = (thrown: unknown): never => {
    connection.ended(faultOf(thrown, signal));
    throw thrown;
  };
  return {
    [Symbol.asyncIterator]() {
      const inner = events[Symbol.asyncIterator]();
      return {
        next: () => inner.next().then(show, fail),
        return: async () => {
          connection.ended(undefined);
          return (await inner.return?.()) ?? { done: true, value: undefined };
        },
      };
    },
  };
}

/** What the engine is to blame for: a connection that was ended from here has failed only where it took too long. */
function faultOf(thrown: unknown, signal: AbortSignal): unknown {
  if (!signal.aborted) return thrown;
  const reason: unknown = signal.reason;
  return reason instanceof EngineError && reason.code === 'engine_timeout' ? reason : undefined;
}
