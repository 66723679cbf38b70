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
  readonly isOver: () => boolean;
}

/** Gives the engine the audio, and each mark at its place in it. Answers `true` when all has been given, `false` when it is over. */
export async function pump(engineSession: EngineSession, options: PumpOptions): Promise<boolean> {
  const { ring, marks, bell, events, writeSamples } = options;
  while (!options.isOver()) {
    const mark = marks.next();
    const samples = ring.peek(writeSamples, mark?.position);
    if (samples.length > 0) {
      if (events.isFull) {
        await events.room();
        continue;
      }
      // Before it is given: what the engine says of it may come at once.
      ring.advance(samples.length);
      const writing = engineSession.write(samples);
      if (writing) await writing;
      bell.ring();
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
