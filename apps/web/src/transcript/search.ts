import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { type Found, find } from './find.ts';
import type { Row } from './rows.ts';
import type { Scroller } from './scroller.ts';

const nothing: readonly Found[] = [];

/** Finding in a transcript, most of which is not in the document: the browser's own search would not see it. */
export class TranscriptSearch {
  readonly #scroller: Scroller;
  readonly #open = signal(false);
  readonly #text = signal('');
  readonly #at = signal(0);
  readonly #found: ReadonlySignal<readonly Found[]>;

  constructor(rows: ReadonlySignal<readonly Row[]>, scroller: Scroller) {
    this.#scroller = scroller;
    this.#found = computed(() => (this.#open.value ? find(rows.value, this.#text.value) : nothing));
  }

  get isOpen(): ReadonlySignal<boolean> {
    return this.#open;
  }
  /** What is sought; empty while closed. */
  readonly text: ReadonlySignal<string> = computed(() => (this.#open.value ? this.#text.value : ''));
  get found(): ReadonlySignal<readonly Found[]> {
    return this.#found;
  }
  /** The one that a person has stepped to. */
  readonly current: ReadonlySignal<Found | undefined> = computed(() => this.#found.value[this.#at.value]);
  /** Its number among those found, from 1. */
  readonly number: ReadonlySignal<number> = computed(() => Math.min(this.#at.value + 1, this.#found.value.length));

  open(): void {
    this.#open.value = true;
  }

  close(): void {
    this.#open.value = false;
    this.#text.value = '';
    this.#at.value = 0;
  }

  look(text: string): void {
    this.#text.value = text;
    this.#at.value = 0;
    this.#show();
  }

  /** To the next one, or by -1 to the one before; round the ends. */
  step(by: 1 | -1): void {
    const count = this.#found.value.length;
    if (count === 0) return;
    this.#at.value = (this.#at.value + by + count) % count;
    this.#show();
  }

  #show(): void {
    const found = this.current.value;
    if (found !== undefined) this.#scroller.toRow(found.row);
  }
}
