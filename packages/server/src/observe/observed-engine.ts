import { samplesToMs } from '@live-transcribe/audio';
import type { Engine, EngineEvent, EngineSession } from '@live-transcribe/core';
import { epochSeconds, type Rings, type TextEntry } from './rings.ts';

/** `engine`, with what one session gives it and hears from it written to the rings. Times are the engine connection's. */
export function observeEngine(engine: Engine, session: string, rings: Rings): Engine {
  return {
    id: engine.id,
    sampleRate: engine.sampleRate,
    features: engine.features,
    readiness: () => engine.readiness(),
    close: () => engine.close(),
    // Not all engines have it, and what an engine cannot do nobody shall ask of it.
    ...(engine.transcribe && { transcribe: engine.transcribe.bind(engine) }),
    open: async (options, signal) =>
      observeSession(await engine.open(options, signal), engine.sampleRate, session, rings),
  };
}

function observeSession(inner: EngineSession, sampleRate: number, session: string, rings: Rings): EngineSession {
  let written = 0;
  return {
    events: observeEvents(inner.events, session, rings),
    commit: () => inner.commit(),
    clear: () => inner.clear(),
    finish: () => inner.finish(),
    write: (samples) => {
      const start_s = samplesToMs(written, sampleRate) / 1000;
      written += samples.length;
      rings.engineChunks.add({
        t: epochSeconds(),
        session_id: session,
        bytes: samples.byteLength,
        start_s,
        end_s: samplesToMs(written, sampleRate) / 1000,
      });
      return inner.write(samples);
    },
  };
}

/** Not a generator: of each event that would make three promises where one is enough. */
function observeEvents(events: AsyncIterable<EngineEvent>, session: string, rings: Rings): AsyncIterable<EngineEvent> {
  const show = (result: IteratorResult<EngineEvent>): IteratorResult<EngineEvent> => {
    const shown = result.done === true ? undefined : shownText(result.value);
    if (shown) rings.engineText.add({ t: epochSeconds(), session_id: session, ...shown });
    return result;
  };
  return {
    [Symbol.asyncIterator]() {
      const inner = events[Symbol.asyncIterator]();
      return {
        next: () => inner.next().then(show),
        return: async () => (await inner.return?.()) ?? { done: true, value: undefined },
      };
    },
  };
}

function shownText(event: EngineEvent): Omit<TextEntry, 't' | 'session_id'> | undefined {
  if (event.kind === 'settled' || event.kind === 'rotate') return undefined;
  const ts = { start_s: Math.round(event.start) / 1000, end_s: Math.round(event.end) / 1000 };
  if (event.kind === 'failed') return { type: 'error', text: event.error.message, ts, event: event.error.code };
  return { type: event.kind === 'hypothesis' ? 'partial' : 'final', text: event.text, ts, event: event.vendorEvent };
}
