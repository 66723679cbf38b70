import { msToSamples, type StreamMs, samplesToMs, streamMs } from '@live-transcribe/audio';
import type { SpeechEdge, TurnDetector } from './detector.ts';
import { RecentSpeech } from './recent-speech.ts';
import { type GateSilence, SilenceGate } from './silence-gate.ts';
import { sampleRate, type TurnTaking } from './transcription-session.ts';

/** Where the audio goes, at once and in its order. */
export interface Sink {
  /** `at` is the number of the first sample in the stream; `samples` are never empty. */
  send(at: number, samples: Int16Array): void;
  /** The gateway has heard an utterance begin. */
  begin(at: StreamMs): void;
  /** The gateway has heard it end: what was sent is to be made an item. */
  commit(end: StreamMs): void;
}

export interface OutgoingOptions {
  readonly turns: TurnTaking;
  readonly detector: TurnDetector | undefined;
  /** Only with a detector. */
  readonly gateSilence: GateSilence | undefined;
  /** Whether the service has no utterance open that more silence could end. */
  readonly mayClose: () => boolean;
}

/** Below the 60 s of audio that a session keeps to replay. */
const longestItemMs = 40_000;

const noEdges: readonly SpeechEdge[] = [];

const timeOf = (samples: number): StreamMs => streamMs(samplesToMs(samples, sampleRate));

/**
 * Audio on its way to the service: listened to where there is a detector, cut where utterances end, held where it is silence.
 * Audio that is only passed on makes no garbage.
 */
export class Outgoing {
  readonly #options: OutgoingOptions;
  readonly #sink: Sink;
  readonly #gate: SilenceGate | undefined;
  #given = 0;
  readonly #speech = new RecentSpeech();
  #speechEnd = 0;
  /** Where the item began that the gateway is in. */
  #itemFrom = 0;

  constructor(options: OutgoingOptions, sink: Sink) {
    this.#options = options;
    this.#sink = sink;
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

  give(samples: Int16Array): void {
    const { detector, turns } = this.#options;
    const at = this.#given;
    this.#given += samples.length;
    const edges = detector?.push(samples) ?? noEdges;
    if (edges.length > 0) this.#note(edges);
    if (edges.length > 0 && turns.by === 'gateway') this.#cut(at, samples, edges);
    else this.#pass(at, samples, edges.length > 0);
  }

  /** Sends what was held back, because it is wanted after all. */
  flush(): void {
    for (const { at, samples } of this.#gate?.open() ?? []) this.#send(at, samples);
  }

  #note(edges: readonly SpeechEdge[]): void {
    for (const { kind, at } of edges) {
      if (kind === 'started') {
        this.#speech.start(at);
      } else {
        this.#speech.end(at);
        this.#speechEnd = at;
      }
    }
  }

  /** Sends up to each edge, so that an item ends where its utterance does and not where our chunk happens to. */
  #cut(at: number, samples: Int16Array, edges: readonly SpeechEdge[]): void {
    let done = 0;
    for (const edge of this.#inTime(edges, at)) {
      const upTo = Math.min(Math.max(edge.at - at, done), samples.length);
      this.#pass(at + done, samples.subarray(done, upTo), true);
      if (edge.kind === 'started') {
        this.#itemFrom = edge.at;
        this.#sink.begin(timeOf(edge.at));
      } else {
        this.#sink.commit(timeOf(edge.at));
      }
      done = upTo;
    }
    this.#pass(at + done, samples.subarray(done), true);
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

  #pass(at: number, samples: Int16Array, hasEdge: boolean): void {
    const { detector, turns, mayClose } = this.#options;
    if (!this.#gate || !detector) return this.#send(at, samples);
    const { speaking, quietThrough } = detector;
    const passed = this.#gate.pass(
      { at, samples },
      { isSpeech: hasEdge || speaking, quietThrough, mayClose: turns.by === 'gateway' || mayClose() },
    );
    for (const each of passed) this.#send(each.at, each.samples);
  }

  #send(at: number, samples: Int16Array): void {
    if (samples.length > 0) this.#sink.send(at, samples);
  }
}
