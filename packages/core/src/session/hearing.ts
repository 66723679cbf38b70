import type { EngineEvent } from '../ports/engine.ts';
import { EngineEvents } from '../ports/engine-events.ts';
import type { WordTimes } from '../words/word-times.ts';
import type { Marks } from './marks.ts';
import type { ReplayRing } from './replay-ring.ts';
import { retryUtterance } from './retry.ts';
import type { SessionEvents } from './session-events.ts';
import type { Timeline } from './timeline.ts';
import type { Transcriber } from './transcribe-within.ts';
import type { Failure, Final, Transcript, Utterance } from './transcript.ts';
import type { UsageSum } from './usage-sum.ts';

export interface HearingOptions {
  readonly ring: ReplayRing;
  readonly marks: Marks;
  readonly timeline: Timeline;
  readonly transcript: Transcript;
  readonly usage: UsageSum;
  readonly events: SessionEvents;
  readonly transcriber: Transcriber | undefined;
  /** Only where words are wanted and the engine can time them. */
  readonly wordTimes: WordTimes | undefined;
  /** The engine has settled audio. */
  readonly progressed: () => void;
}

/** What an engine says of audio. */
export type HeardEvent = Exclude<EngineEvent, { kind: 'rotate' }>;

/** Makes of what engines say what the session tells: on its timeline, numbered, each segment once. */
export class Hearing {
  readonly #options: HearingOptions;

  constructor(options: HearingOptions) {
    this.#options = options;
  }

  hear(event: HeardEvent): void {
    const { events, transcript, usage } = this.#options;
    switch (event.kind) {
      case 'hypothesis': {
        const partial = transcript.hypothesis(event);
        if (partial) events.tell(partial);
        return;
      }
      case 'utterance': {
        usage.add(event.usage);
        const final = transcript.utterance(event);
        if (final) this.#tellFinal(final, event);
        return;
      }
      case 'failed': {
        const failed = transcript.failed(event);
        if (failed) events.tell(failed);
        return;
      }
      case 'settled':
        return this.#settle(event);
      default:
        event satisfies never;
    }
  }

  /** The audio of a failed utterance that is to be tried in another way, where there is one and it is still wanted. */
  toRetry(failure: Failure): Int16Array | undefined {
    const { transcriber, transcript } = this.#options;
    return transcriber && !transcript.isCleared(failure) ? this.#audioOf(failure)?.samples : undefined;
  }

  /** What another way makes of it. What comes after waits. */
  async retried(failure: Failure, samples: Int16Array): Promise<Utterance | Failure> {
    const { transcriber } = this.#options;
    return transcriber ? retryUtterance(failure, samples, transcriber) : failure;
  }

  #settle({ through }: Extract<EngineEvent, { kind: 'settled' }>): void {
    const { ring, marks, timeline, events, progressed } = this.#options;
    const before = ring.settled;
    ring.settle(timeline.position(through));
    if (ring.settled <= before) return;
    marks.settle(ring.settled);
    progressed();
    events.tell({ kind: 'covered', through: timeline.timeAt(ring.settled) });
  }

  /** The final, and after it the order to time its words: the audio is taken before it can be forgotten. */
  #tellFinal(final: Final, utterance: Utterance): void {
    const { events, timeline, wordTimes } = this.#options;
    const audio = wordTimes && !final.words && final.text !== '' ? this.#audioOf(utterance) : undefined;
    events.tell(final);
    if (audio) wordTimes?.add({ ...final, samples: audio.samples, samplesFrom: timeline.timeAt(audio.from) });
  }

  /** A copy of what an utterance is about; `undefined` where it is not kept any more. */
  #audioOf({ start, end }: Utterance | Failure): { readonly from: number; readonly samples: Int16Array } | undefined {
    const { ring, timeline } = this.#options;
    const from = Math.max(timeline.position(start), ring.settled);
    const samples = ring.copy(from, Math.min(timeline.position(end), ring.received));
    return samples && { from, samples };
  }
}

/**
 * Reads ahead of a reader that is busy, and calls `ended` as soon as there is no more: what is written to an engine that has
 * ended is lost, and it takes audio faster than any other.
 */
export function readAhead(events: AsyncIterator<EngineEvent>, ended: (thrown?: unknown) => void): EngineEvents {
  const ahead = new EngineEvents();
  void (async () => {
    try {
      for await (const event of { [Symbol.asyncIterator]: () => events }) if (!ahead.push(event)) await ahead.room();
      ahead.end();
      ended();
    } catch (thrown) {
      ahead.fail(thrown);
      ended(thrown);
    }
  })();
  return ahead;
}
