import { msToSamples } from '@live-transcribe/audio';
import { Session, type SessionEvent } from '@live-transcribe/core';
import { rate, type SpokenRecording } from './fault-recording.ts';
import { openWorld, recognition, type World, type WorldOptions } from './fault-world.ts';

/** What one run came to. */
export interface Outcome extends Pick<World, 'mode' | 'recording' | 'met'> {
  readonly events: readonly SessionEvent[];
  /** Waits that were left behind, in ms. */
  readonly waiting: readonly number[];
}

/** One recording through a session and the engine to the service, and what came of it. */
export async function runSession(options: WorldOptions): Promise<Outcome> {
  const world = await openWorld(options);
  const { mode, recording, engine, clock, random } = world;
  const session = new Session({
    id: `seed-${options.seed}`,
    engine,
    recognition,
    clock,
    random,
    signal: new AbortController().signal,
  });
  const events: SessionEvent[] = [];
  const reading = (async () => {
    for await (const event of session.events()) events.push(event);
  })();
  try {
    const writing = speak(session, world);
    await world.until(Promise.all([reading, writing]), () => session.received + events.length);
  } finally {
    await world.close();
  }
  return { mode, recording, met: world.met, events, waiting: clock.waiting };
}

/** In chunks of any size, then finishes. */
async function speak(session: Session, { recording, plan, random, clock }: World): Promise<void> {
  for (const chunk of chunks(recording, random)) {
    await session.write(chunk);
    if (plan.live) clock.advance((chunk.length / rate) * 1000);
    // What has been said so far can be heard, and a fault can come in between.
    if (plan.live || random() < 0.2) await new Promise((resolve) => setImmediate(resolve));
  }
  session.finish();
}

/** Of 10 to 200 ms. */
export function* chunks({ samples }: SpokenRecording, random: () => number): Generator<Int16Array> {
  for (let at = 0; at < samples.length; ) {
    const count = msToSamples(10 + random() * 190, rate);
    yield samples.subarray(at, at + count);
    at += count;
  }
}
