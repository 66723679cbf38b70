import { samplesToMs, streamMs } from '@live-transcribe/audio';
import type { Word } from '@live-transcribe/core';
import { sampleRate, type Tell } from './utterances.ts';
import type { HeardWord } from './words.ts';

export interface Heard {
  readonly text: string;
  readonly words: readonly HeardWord[];
}

/** What has been told of a stream: utterances one after the other, within what was heard, settled and never back. All in samples. */
export class Told {
  readonly #tell: Tell;
  readonly #words: boolean;
  /** Where the last utterance ended, or what is settled: nothing more is told about audio before it. */
  #closed = 0;
  #settled = 0;
  #text = '';

  /** `words`: whether utterances carry them. */
  constructor(tell: Tell, words: boolean) {
    this.#tell = tell;
    this.#words = words;
  }

  /** Nothing before it is told any more. */
  get closed(): number {
    return this.#closed;
  }

  /** Whether this is another text than the open utterance's last one. */
  isNew(text: string): boolean {
    return text !== '' && text !== this.#text;
  }

  /** The open utterance's text so far, told where it has changed. Audio through `position` has been heard. */
  hypothesis({ text, words }: Heard, position: number, begun = this.#closed): void {
    if (!this.isNew(text)) return;
    this.#text = text;
    const first = words[0];
    const start = first
      ? this.#within(first.start * sampleRate, position)
      : Math.min(Math.max(begun, this.#closed), position);
    this.#tell({ kind: 'hypothesis', start: time(start), end: time(position), text, vendorEvent: 'partial' });
  }

  /** Ends the open utterance, which lies between `begun` and `position`; answers where it ends. Without text nothing is told, unless some had been. */
  utterance({ text, words }: Heard, position: number, begun = this.#closed): number {
    if (text === '' && this.#text === '') return this.#closed;
    const timed = words.map((word) => this.#word(word, position));
    const last = words.at(-1);
    const start = timed[0]?.start ?? time(Math.min(Math.max(begun, this.#closed), position));
    const end = last ? this.#within(last.end * sampleRate, position) : position;
    const confidences = words.flatMap(({ confidence }) => (confidence === undefined ? [] : [confidence]));
    this.#tell({
      kind: 'utterance',
      start,
      end: time(end),
      text,
      ...(this.#words && timed.length > 0 && { words: timed }),
      ...(confidences.length > 0 && { confidence: mean(confidences) }),
      vendorEvent: 'final',
    });
    this.#text = '';
    this.#closed = end;
    return end;
  }

  /** Nothing is told any more about what the open utterance was. */
  forget(): void {
    this.#text = '';
  }

  /** Audio before `position` will not be needed again. */
  settle(position: number): void {
    const through = Math.max(Math.floor(position), this.#closed);
    if (through <= this.#settled) return;
    this.#settled = through;
    this.#closed = through;
    this.#tell({ kind: 'settled', through: time(through) });
  }

  #word({ text, start, end, confidence }: HeardWord, position: number): Word {
    return {
      text,
      start: time(this.#within(start * sampleRate, position)),
      end: time(this.#within(end * sampleRate, position)),
      ...(confidence !== undefined && { confidence }),
    };
  }

  #within(sample: number, position: number): number {
    return Math.min(Math.max(Math.round(sample), this.#closed), position);
  }
}

const time = (sample: number) => streamMs(samplesToMs(sample, sampleRate));
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
