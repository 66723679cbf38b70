import { msToSamples } from '@live-transcribe/audio';
import { SpeechDetector } from '@live-transcribe/vad';
import type { OfflineRecognizer } from './addon.ts';
import { KeptAudio } from './kept-audio.ts';
import type { PartialBudget } from './partial-budget.ts';
import { type Heard, Told } from './told.ts';
import { sampleRate, type Tell, type Utterances, type UtterancesOptions } from './utterances.ts';
import { wordsOf } from './words.ts';

/** As long as the models were trained on, and as a reader waits. */
const limits = { silenceMs: 600, maxUtteranceMs: 20_000 };
/** A partial is worth its while when so much more has been said: at least 400 ms, and an eighth of all. */
const leastGrowth = (2 * sampleRate) / 5;
const growthShare = 1 / 8;
/** How often silence is settled. 1 s. */
const settleEvery = sampleRate;

/**
 * What an offline model makes of one stream: the detector finds the utterances, each is decoded as a whole when it ends, and
 * what has been said of an open one now and then, for partials. All positions are samples since the first one.
 */
export class OfflineUtterances implements Utterances {
  readonly #recognizer: OfflineRecognizer;
  readonly #options: UtterancesOptions;
  readonly #budget: PartialBudget;
  readonly #told: Told;
  readonly #detector = new SpeechDetector({ sampleRate, ...limits });
  readonly #kept = new KeptAudio();
  /** Where the open utterance begins. */
  #open: number | undefined;
  /** How far the last partial went, and how long it took. */
  #tried = 0;
  #tookMs = 0;
  #settled = 0;

  constructor(recognizer: OfflineRecognizer, options: UtterancesOptions, budget: PartialBudget, tell: Tell) {
    this.#recognizer = recognizer;
    this.#options = options;
    this.#budget = budget;
    this.#told = new Told(tell, options.words);
  }

  hear(samples: Int16Array): Promise<void> | undefined {
    this.#kept.append(samples);
    const edges = this.#detector.push(samples);
    if (edges.length > 0) return this.#follow(edges);
    if (this.#open === undefined) return this.#settleSilence();
    return this.#isPartialDue(this.#open) ? this.#partial(this.#open) : undefined;
  }

  /** Ends the open utterance here. Where there is no text yet a word may just begin, and is left to come. */
  async commit(): Promise<void> {
    const { position } = this.#kept;
    if (this.#open === undefined || this.#open >= position) return;
    const heard = await this.#decode(this.#open, position);
    if (heard.text === '') return;
    this.#close(heard, this.#open, position);
    this.#open = position;
    this.#tried = position;
  }

  clear(): undefined {
    const { position } = this.#kept;
    this.#told.forget();
    this.#told.settle(position);
    if (this.#open !== undefined) this.#open = position;
    this.#tried = position;
    this.#kept.forget(position);
  }

  async finish(): Promise<void> {
    const { position } = this.#kept;
    if (this.#open !== undefined) await this.#final(this.#open, position);
    this.#told.settle(position);
  }

  async #follow(edges: ReturnType<SpeechDetector['push']>): Promise<void> {
    for (const { kind, at } of edges) {
      if (kind === 'started') {
        this.#open = Math.max(at, this.#told.closed);
        this.#tried = this.#open;
      } else if (this.#open !== undefined) {
        await this.#final(this.#open, at);
        this.#open = undefined;
      }
    }
  }

  async #final(from: number, until: number): Promise<void> {
    if (until > from) this.#close(await this.#decode(from, until), from, until);
  }

  #close(heard: Heard, from: number, until: number): void {
    this.#told.utterance(heard, until, from);
    this.#told.settle(until);
    this.#kept.forget(until);
  }

  #settleSilence(): undefined {
    const quiet = Math.min(this.#detector.quietThrough, this.#kept.position);
    if (quiet - this.#settled < settleEvery) return;
    this.#settled = quiet;
    this.#told.settle(quiet);
    this.#kept.forget(quiet);
  }

  #isPartialDue(from: number): boolean {
    const { position } = this.#kept;
    const growth = position - this.#tried;
    return growth >= leastGrowth && growth >= (position - from) * growthShare && this.#budget.allows(this.#tookMs);
  }

  async #partial(from: number): Promise<void> {
    const { position } = this.#kept;
    this.#tried = position;
    const began = performance.now();
    const heard = await this.#decode(from, position);
    this.#tookMs = performance.now() - began;
    this.#budget.spend(this.#tookMs);
    this.#told.hypothesis(heard, position, from);
  }

  async #decode(from: number, until: number): Promise<Heard> {
    const audio = this.#kept.between(from, until);
    const samples = new Float32Array(audio.length + msToSamples(this.#options.tailMs, sampleRate));
    for (let at = 0; at < audio.length; at += 1) samples[at] = (audio[at] ?? 0) / 32_768;
    const { language, hotwords = [] } = this.#options;
    const stream = this.#recognizer.createStream(hotwords.length > 0 ? hotwords.join('/') : undefined);
    if (language !== undefined) stream.setOption('language', language);
    stream.acceptWaveform({ samples, sampleRate });
    const result = await this.#recognizer.decodeAsync(stream);
    const words = wordsOf(result, this.#options.tokenDelayMs / 1000 - from / sampleRate);
    return { text: result.text.trim(), words };
  }
}
