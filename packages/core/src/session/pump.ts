import type { Bell } from '../async/bell.ts';
import type { EngineSession } from '../ports/engine.ts';
import type { Marks } from './marks.ts';
import type { ReplayRing } from './replay-ring.ts';
import type { SessionEvents } from './session-events.ts';

export interface PumpOptions {
  readonly ring: ReplayRing;
  readonly marks: Marks;
  /** Rings when there may be something to do; rung here when there is room again for a writer. */
  readonly bell: Bell;
  /** Samples in one write, at most. */
  readonly writeSamples: number;
  readonly audioEnded: () => boolean;
  /** What the engine has said: while that is not read, it is given no more. */
  readonly events: SessionEvents;
}

/** Gives the engine the audio, and each mark at its place in it. Answers `true` when all has been given, `false` when it is over. */
export async function pump(
  engineSession: EngineSession,
  options: PumpOptions,
  isOver: () => boolean,
): Promise<boolean> {
  const { ring, marks, bell } = options;
  while (!isOver()) {
    const mark = marks.next();
    const given = give(engineSession, mark?.position, options);
    if (given) {
      if (given !== true) await given;
    } else if (mark) {
      await engineSession[mark.kind]();
      marks.tell();
      if (mark.kind === 'clear') ring.settle(mark.position);
    } else if (options.audioEnded()) {
      return true;
    } else {
      await bell.wait();
    }
  }
  return false;
}

/**
 * The next audio before position `until`, in one write: whether there is any, and a promise where to wait before the next.
 * In a function of its own, because one that waits holds on to all that it has had in its hands, the ring's memory too.
 */
function give(
  engineSession: EngineSession,
  until: number | undefined,
  { ring, bell, events, writeSamples }: PumpOptions,
): boolean | Promise<void> {
  const samples = ring.peek(writeSamples, until);
  if (samples.length === 0) return false;
  if (events.isFull) return events.room();
  // Before it is given: what the engine says of it may come at once.
  ring.advance(samples.length);
  const writing = engineSession.write(samples);
  if (writing) return writing.then(() => bell.ring());
  ring.release();
  bell.ring();
  return true;
}
