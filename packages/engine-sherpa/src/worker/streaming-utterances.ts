import { msToSamples } from '@live-transcribe/audio';
import type { OnlineRecognizer, OnlineStream, RecognizerResult } from './addon.ts';
import { Recent } from './recent.ts';
import { Steps } from './steps.ts';
import { type Heard, Told } from './told.ts';
import { sampleRate, type Tell, toFloats, type Utterances, type UtterancesOptions } from './utterances.ts';
import { wordsOf } from './words.ts';

/** The beginning of a word lies before the moment from which a model hears it: so much before an end is not settled. 300 ms. */
const lookBack = (3 * sampleRate) / 10;
/** Where nothing has been said a word may still be on its way through the model. 1 s. */
const unheard = sampleRate;

/** For all streams of the process, one piece of audio after the other: the library keeps a copy of its own. 1 s. */
const scratch = new Float32Array(sampleRate);

/** What a streaming model makes of one stream. All positions are samples since the first one. */
export class StreamingUtterances implements Utterances {
  readonly #recognizer: OnlineRecognizer;
  readonly #options: UtterancesOptions;
  readonly #told: Told;
  readonly #recent = new Recent(unheard);
  #stream: OnlineStream;
  /** The first sample of `#stream`. */
  #base = 0;
  #position = 0;
  /** Of `#stream`, if results do not say where it is. */
  #steps: Steps | undefined;

  constructor(recognizer: OnlineRecognizer, options: UtterancesOptions, tell: Tell) {
    this.#recognizer = recognizer;
    this.#options = options;
    this.#told = new Told(tell, options.words);
    this.#stream = this.#begin(0);
  }

  hear(samples: Int16Array): undefined {
    this.#give(samples);
    this.#recent.keep(samples);
    this.#position += samples.length;
    // What is not decoded says nothing new.
    if (this.#decode()) this.#tellHypothesis();
  }

  /** Ends the open utterance here. Where there is no text yet a word may just begin, and is left to come. */
  commit(): undefined {
    if (this.#position === this.#told.closed) return;
    const text = this.#flush();
    if (text !== '') {
      this.#told.settle(this.#position);
      this.#stream = this.#begin(this.#position);
      return;
    }
    const again = this.#recent.latest(this.#position - this.#told.closed);
    this.#stream = this.#begin(this.#position - again.length);
    this.#give(again);
  }

  clear(): undefined {
    this.#told.forget();
    this.#told.settle(this.#position);
    this.#stream = this.#begin(this.#position);
  }

  finish(): undefined {
    this.#flush();
    this.#told.settle(this.#position);
  }

  /** Fresh, as after an end: what the library remembers of a stream ends with it. */
  #begin(base: number): OnlineStream {
    const stream = this.#recognizer.createStream();
    const { language, stepMs } = this.#options;
    if (language !== undefined) stream.setOption('language', language);
    this.#base = base;
    this.#steps = stepMs === undefined ? undefined : new Steps(base, msToSamples(stepMs, sampleRate));
    return stream;
  }

  #give(samples: Int16Array): void {
    const room = samples.length <= scratch.length ? scratch : undefined;
    this.#stream.acceptWaveform({ samples: toFloats(samples, room), sampleRate });
  }

  /**
   * Answers whether there was anything to decode. Ends are looked for after every step, so that they do not depend on how the
   * audio was cut.
   */
  #decode(): boolean {
    let decoded = false;
    while (this.#recognizer.isReady(this.#stream)) {
      this.#recognizer.decode(this.#stream);
      decoded = true;
      this.#steps?.took(this.#recognizer.getResult(this.#stream).text);
      if (this.#recognizer.isEndpoint(this.#stream)) this.#endHere();
    }
    return decoded;
  }

  #tellHypothesis(): void {
    const result = this.#recognizer.getResult(this.#stream);
    if (this.#told.isNew(result.text.trim()))
      this.#told.hypothesis(this.#read(result), this.#position, this.#steps?.from);
  }

  /** The utterance that the library has found to end, before what it has heard but not decoded. */
  #endHere(): void {
    const heard = this.#heard();
    this.#recognizer.reset(this.#stream);
    const decoded = Math.min(this.#steps?.decoded ?? this.#begunAnew(), this.#position);
    this.#tellUtterance(heard, decoded);
    this.#steps?.end();
    this.#told.settle(decoded - (heard.text === '' || this.#steps ? unheard : lookBack));
  }

  /** Where the library goes on behind a reset. */
  #begunAnew(): number {
    const { start_time: seconds = 0 } = this.#recognizer.getResult(this.#stream);
    return this.#base + Math.round(seconds * sampleRate);
  }

  /** `position`: where it ends at the latest. */
  #tellUtterance(heard: Heard, position: number): void {
    const until = Math.min(this.#steps?.until ?? position, position);
    this.#told.utterance(heard, Math.max(until, this.#told.closed), this.#steps?.from);
  }

  /** All that has been given is decoded and told; answers the text. */
  #flush(): string {
    const tail = new Float32Array(msToSamples(this.#options.tailMs, sampleRate));
    this.#stream.acceptWaveform({ samples: tail, sampleRate });
    this.#stream.inputFinished();
    this.#decode();
    const heard = this.#heard();
    this.#tellUtterance(heard, this.#position);
    return heard.text;
  }

  #heard(): Heard {
    return this.#read(this.#recognizer.getResult(this.#stream));
  }

  #read(result: RecognizerResult): Heard {
    const from = this.#base / sampleRate;
    const words = wordsOf(result, this.#options.tokenDelayMs / 1000 - from);
    return { text: result.text.trim(), words };
  }
}
