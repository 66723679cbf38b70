import { samplesToMs, streamMs } from '@live-transcribe/audio';
import type { EngineEvent, Word } from '@live-transcribe/core';
import type { PocketSphinx } from './pocketsphinx.ts';

export const sampleRate = 16_000;
/** One hypothesis for each 100 ms; always the same size, so that the text does not depend on how a client cut its audio. */
const block = sampleRate / 10;
/** The decoder's memory grows with an utterance: one without a pause is ended here. 30 s. */
const longestUtterance = 30 * sampleRate;
/**
 * What the decoder's voice activity detection keeps from before speech (`-vad_prespeech`, 20 frames) it forgets at the end
 * of an utterance: it is given again, so that a word that begins right there keeps its beginning. 200 ms.
 */
const lookBack = sampleRate / 5;
/** Speech is noticed after 10 frames (`-vad_startspeech`): with the 20 before, silence older than 300 ms is only silence. */
const unsettled = (3 * sampleRate) / 10;
/** How often silence is settled: often enough to keep a replay short, seldom enough to cost nothing. 1 s. */
const settleEvery = sampleRate;

type Tell = (event: EngineEvent) => void;

/** Cuts one stream of audio into utterances. All positions are samples since the first one. */
export class Utterances {
  readonly #decoder: PocketSphinx;
  readonly #tell: Tell;
  readonly #block = new Int16Array(block);
  readonly #before = new Int16Array(lookBack);
  #filled = 0;
  /** Samples the decoder has been given for the first time. */
  #position = 0;
  /** Samples it has been given a second time. */
  #repeated = 0;
  #speechFrom: number | undefined;
  #closedAt = 0;
  #settled = 0;
  #text = '';

  constructor(decoder: PocketSphinx, tell: Tell) {
    this.#decoder = decoder;
    this.#tell = tell;
    decoder.begin();
  }

  hear(samples: Int16Array): void {
    for (let at = 0; at < samples.length; ) {
      const taken = Math.min(block - this.#filled, samples.length - at);
      this.#block.set(samples.subarray(at, at + taken), this.#filled);
      this.#filled += taken;
      at += taken;
      if (this.#filled === block) this.#decode();
    }
  }

  /** Ends the open utterance here. Where there is no text yet a word may just begin, and is left to come. */
  commit(): void {
    if (this.#speechFrom !== undefined && this.#filled > 0) this.#decode();
    if (this.#speechFrom === undefined || this.#decoder.text() === '') return;
    this.#endHere();
  }

  /** Forgets the open utterance. */
  clear(): void {
    if (this.#filled > 0) this.#give(this.#block.subarray(0, this.#filled));
    this.#filled = 0;
    this.#decoder.end();
    this.#open();
    this.#closedAt = this.#position;
    this.#settle(this.#position);
    this.#decoder.begin();
  }

  /** Ends the last utterance. */
  finish(): void {
    if (this.#filled > 0) this.#decode();
    this.#close();
  }

  #decode(): void {
    this.#give(this.#block.subarray(0, this.#filled));
    this.#filled = 0;
    const speaking = this.#decoder.inSpeech();
    if (speaking) this.#speechFrom ??= Math.max(this.#closedAt, this.#position - block - unsettled);
    if (this.#speechFrom !== undefined && !speaking) return this.#endAtPause();
    if (this.#speechFrom !== undefined && this.#position - this.#speechFrom >= longestUtterance) return this.#endHere();
    if (speaking) this.#hypothesis();
    else if (this.#position - unsettled - this.#settled >= settleEvery) this.#settle(this.#position - unsettled);
  }

  #give(samples: Int16Array): void {
    this.#decoder.process(samples);
    this.#position += samples.length;
    this.#before.copyWithin(0, samples.length);
    this.#before.set(samples, lookBack - samples.length);
  }

  #endHere(): void {
    this.#close();
    this.#decoder.begin();
  }

  #endAtPause(): void {
    this.#close(this.#position - lookBack);
    this.#decoder.begin();
    this.#decoder.process(this.#before);
    this.#repeated += lookBack;
  }

  #hypothesis(): void {
    const text = this.#decoder.text();
    if (text === '' || text === this.#text) return;
    this.#text = text;
    const span = { start: time(this.#speechFrom ?? this.#closedAt), end: time(this.#position) };
    this.#tell({ kind: 'hypothesis', ...span, text, vendorEvent: 'hypothesis' });
  }

  /** Ends the utterance and tells it; `through` is how far the audio will not be needed again. */
  #close(through = this.#position): void {
    this.#decoder.end();
    const text = this.#decoder.text();
    // The decoder takes the first second of a room's noise for speech; learning that mean would spoil the words after it.
    if (text === '') this.#decoder.forget();
    if (text !== '' || this.#text !== '') {
      const words = this.#decoder.words().map(({ text: word, first, last }) => this.#word(word, first, last));
      const start = words[0]?.start ?? time(this.#speechFrom ?? this.#closedAt);
      const end = words.at(-1)?.end ?? time(through);
      this.#tell({ kind: 'utterance', start, end, text, words, vendorEvent: 'utterance' });
      this.#closedAt = Math.ceil((end * sampleRate) / 1000);
    }
    this.#open();
    this.#settle(Math.max(through, this.#closedAt));
  }

  #open(): void {
    this.#speechFrom = undefined;
    this.#text = '';
  }

  #word(text: string, first: number, last: number): Word {
    return { text, start: this.#frame(first), end: this.#frame(last + 1) };
  }

  /** The time of a decoder's frame: what was given twice counts once. */
  #frame(frame: number) {
    const position = frame * (sampleRate / 100) - this.#repeated;
    return time(Math.min(Math.max(position, this.#closedAt), this.#position));
  }

  #settle(position: number): void {
    if (position <= this.#settled) return;
    this.#settled = Math.min(position, this.#position);
    this.#tell({ kind: 'settled', through: time(this.#settled) });
  }
}

const time = (position: number) => streamMs(samplesToMs(position, sampleRate));
