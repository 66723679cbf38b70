import type { EngineEvent, EngineSession } from '@live-transcribe/core';

/** Writes `samples` in pieces of `size` samples and finishes; answers everything that was said. */
export async function recognise(session: EngineSession, samples: Int16Array, size = 1_600): Promise<EngineEvent[]> {
  const events = collect(session);
  for (let at = 0; at < samples.length; at += size) await session.write(samples.subarray(at, at + size));
  await session.finish();
  return events;
}

/** Everything that is said until the session ends. */
export async function collect(session: EngineSession): Promise<EngineEvent[]> {
  const events: EngineEvent[] = [];
  for await (const event of session.events) events.push(event);
  return events;
}
