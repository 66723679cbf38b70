import { Subscription } from '../async/subscription.ts';
import type { EngineEvent } from './engine.ts';

/** Enough for a burst of finals after a stall; hypotheses never fill it, since a newer one takes the place of the last. */
const capacity = 256;

/** The stream that adapters give as `EngineSession.events`. */
export class EngineEvents extends Subscription<EngineEvent> {
  constructor() {
    super({
      capacity,
      merge: (waiting, next) =>
        waiting.kind === next.kind && next.kind !== 'utterance' && next.kind !== 'failed' ? next : undefined,
    });
  }
}
