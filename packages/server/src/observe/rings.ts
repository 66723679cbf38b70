import type { EngineEvent, SessionEvent } from '@live-transcribe/core';
import { ChunkRing } from './chunk-ring.ts';
import { heardText, sentText, weightOf } from './shown-text.ts';
import { TextRing } from './text-ring.ts';

/** What came from clients and went to them, and the same towards the engine: what `/debug` shows. */
export interface Rings {
  readonly frontChunks: ChunkRing;
  readonly frontText: TextRing<SessionEvent>;
  readonly engineChunks: ChunkRing;
  readonly engineText: TextRing<SpokenEvent>;
}

/** What of an engine says something. */
export type SpokenEvent = Exclude<EngineEvent, { kind: 'settled' | 'rotate' }>;

/** Of texts, for each entry that there may be: room for a final of a minute with its words, or for some dozens of partials. */
const bytesPerEntry = 8 * 1024;

/** `size`: entries in each. */
export function createRings(size: number): Rings {
  const texts = { size, maxBytes: size * bytesPerEntry, weigh: weightOf };
  return {
    frontChunks: new ChunkRing(size),
    frontText: new TextRing({ ...texts, show: sentText }),
    engineChunks: new ChunkRing(size),
    engineText: new TextRing({ ...texts, show: heardText }),
  };
}
