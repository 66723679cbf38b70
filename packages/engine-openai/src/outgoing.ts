import { msToSamples, type StreamMs, samplesToMs, streamMs } from '@live-transcribe/audio';
import type { SpeechEdge, TurnDetector } from './detector.ts';
import { RecentSpeech } from './recent-speech.ts';
import { type GateSilence, SilenceGate, type Stretch } from './silence-gate.ts';
import { sampleRate, type TurnTaking } from './transcription-session.ts';

/** What to do next about the audio given. */
export type Step =
  | ({ readonly kind: 'send' } & Stretch)
  /** The gateway has heard an utterance begin. */
  | { readonly kind: 'begin'; readonly at: StreamMs }
  /** The gateway has heard it end: what was sent is to be made an item. */
  | { readonly kind: 'commit'; readonly end: StreamMs };

export interface OutgoingOptions {
  readonly turns: TurnTaking;
  readonly detector: TurnDetector | undefined;
  /** Only with a detector. */
  readonly gateSilence: GateSilence | undefined;
}

/** Below the 60 s of audio that a session keeps to replay. */
const longestItemMs = 40_000;

const timeOf = (samples: number): StreamMs => streamMs(samplesToMs(samples, sampleRate));

/** Audio on its way to the service: listened to where there is a detector, cut where utterances end, held where it is silence. */
export class Outgoing {
  readonly #options: OutgoingOptions;
  readonly #gate: SilenceGate | undefined;
  #given = 0;
  readonly #speech = new RecentSpeech();
  #speechEnd = 0;
  /** Where the item began that the gateway is in. */
  #itemFrom = 0;

  constructor(options: OutgoingOptions) {
    this.#options = options;
    const { detector, gateSilence } = options;
    this.#gate = detector && gateSilence ? new SilenceGate(gateSilence) : undefined;
  }

  /** The time after the last sample given. */
  get given(): StreamMs {
    return timeOf(this.#given);
  }

  get isSpeech(): boolean {
    return this.#options.detector?.speaking ?? false;
  }

  get savedMs(): number {
    return samplesToMs(this.#gate?.saved ?? 0, sampleRate);
  }

  /** How much speech there has been since `time`, of what is not long ago, in ms. */
  speechSince(time: StreamMs): number {
    return samplesToMs(this.#speech.since(msToSamples(time, sampleRate), this.#given), sampleRate);
  }

  /** Where the last speech ended. */
  get speechEnd(): StreamMs {
    return timeOf(this.#speechEnd);
  }

  /** Before this there is nothing but quiet that no item can be made of; `undefined` where nobody listens. */
  get quietThrough(): StreamMs | undefined {
    const { detector, turns } = this.#options;
    if (!detector || turns.by === 'commits') return undefined;
    const quiet = timeOf(detector.quietThrough);
    return turns.by === 'gateway' ? quiet : streamMs(Math.max(0, quiet - turns.prefixMs));
  }

  /** `mayClose`: whether the service has no utterance open that more silence could end. */
  give(samples: Int16Array, mayClose: boolean): readonly Step[] {
    const stretch = { at: this.#given, samples };
    this.#given += samples.length;
    const edges = this.#options.detector?.push(samples) ?? [];
    for (const { kind, at } of edges) {
      if (kind === 'started') {
        this.#speech.start(at);
      } else {
        this.#speech.end(at);
        this.#speechEnd = at;
      }
    }
    if (edges.length === 0 || this.#options.turns.by !== 'gateway')
      return this.#pass(stretch, edges.length > 0, mayClose);
    return this.#cut(stretch, edges);
  }

  /** What was held back, because it is wanted after all. */
  flush(): readonly Step[] {
    return (this.#gate?.open() ?? []).map((stretch) => ({ kind: 'send', ...stretch }));
  }

  end(): void {
    this.#options.detector?.free();
  }

  /** Sends up to each edge, so that an item ends where its utterance does and not where our chunk happens to. */
  #cut({ at, samples }: Stretch, edges: readonly SpeechEdge[]): Step[] {
    const steps: Step[] = [];
    let done = 0;
    for (const edge of this.#inTime(edges, at)) {
      const upTo = Math.min(Math.max(edge.at - at, done), samples.length);
      steps.push(...this.#pass({ at: at + done, samples: samples.subarray(done, upTo) }, true, false));
      if (edge.kind === 'started') {
        this.#itemFrom = edge.at;
        steps.push({ kind: 'begin', at: timeOf(edge.at) });
      } else {
        steps.push({ kind: 'commit', end: timeOf(edge.at) });
      }
      done = upTo;
    }
    steps.push(...this.#pass({ at: at + done, samples: samples.subarray(done) }, true, false));
    return steps;
  }

  /**
   * A detector cuts an endless utterance at a pause that was sent long ago, and an item can only end where we are, in the
   * middle of a word perhaps. It goes on for as long as it can still be replayed; then a word is risked.
   */
  #inTime(edges: readonly SpeechEdge[], at: number): readonly SpeechEdge[] {
    const [ended, started] = edges;
    if (ended?.kind !== 'ended' || started?.at !== ended.at || ended.at >= at) return edges;
    const rest = edges.slice(2);
    if (at - this.#itemFrom < msToSamples(longestItemMs, sampleRate)) return rest;
    return [{ kind: 'ended', at }, { kind: 'started', at }, ...rest];
  }

  #pass(stretch: Stretch, hasEdge: boolean, mayClose: boolean): readonly Step[] {
    const { detector, turns } = this.#options;
    if (!this.#gate || !detector) return stretch.samples.length > 0 ? [{ kind: 'send', ...stretch }] : [];
    const { speaking, quietThrough } = detector;
    const passed = this.#gate.pass(stretch, {
      isSpeech: hasEdge || speaking,
      quietThrough,
      mayClose: mayClose || turns.by === 'gateway',
    });
    return passed.filter(({ samples }) => samples.length > 0).map((each) => ({ kind: 'send', ...each }));
  }
}
