import type { Session } from '@live-transcribe/core';
import type { Recording } from './recording.ts';

/** Gives the session audio, as `Session.write` does, and has kept what the session has taken of it. */
export function writeAndKeep(
  session: Pick<Session, 'write' | 'received'>,
  recording: Recording,
  samples: Int16Array,
): Promise<void> | undefined {
  const before = session.received;
  const waiting = session.write(samples);
  const keep = (all: Int16Array) => {
    const taken = session.received - before;
    recording.add(taken === all.length ? all : all.subarray(0, taken));
    return recording.room();
  };
  if (!waiting) return keep(samples);
  // `samples` is the caller's again when this returns.
  const copy = samples.slice();
  return waiting.then(() => keep(copy));
}
