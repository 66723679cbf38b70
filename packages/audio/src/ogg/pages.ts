import { capturePattern, isPageSound, matchCapture, type Page, parsePage } from './page.ts';
import { SearchBudget } from './search-budget.ts';
import { Window } from './window.ts';

export type PageItem =
  | { readonly kind: 'page'; readonly page: Page }
  /** In the order of the page's parts. Valid until the next item is asked for. */
  | { readonly kind: 'part'; readonly bytes: Uint8Array; readonly ends: boolean }
  /** The page is over, and its checksum right. */
  | { readonly kind: 'sound' }
  /** The page is over, or there was none: its checksum is wrong, or another page should begin here. */
  | { readonly kind: 'damage'; readonly message: string };

type State =
  /** A page should begin here. */
  | { readonly kind: 'boundary' }
  | { readonly kind: 'page'; readonly page: Page; part: number; at: number }
  /** Searching from this many bytes into the window on, for a page that is whole and sound. */
  | { readonly kind: 'searching'; from: number };

type Step = PageItem | 'go_on' | 'wait';

const lostPlace: PageItem = {
  kind: 'damage',
  message: 'The Ogg stream is damaged: bytes were passed over to the next sound page.',
};

/**
 * Ogg pages in parts, as they arrive. Where pages follow each other a page is believed from its header on and its checksum
 * is told at its end; the first one, and one after damage, only once its checksum is right.
 *
 * The page that is being read is kept: if it turns out to be damaged, another may begin within what it claimed to hold.
 */
export class PageReader {
  readonly #window = new Window();
  readonly #budget = new SearchBudget();
  #state: State = { kind: 'searching', from: 0 };
  #told = false;

  /** Bytes of the stream that are behind the page that is being read. */
  get position(): number {
    return this.#window.position;
  }

  /** What these bytes complete. Read it to its end. */
  *read(bytes: Uint8Array): Generator<PageItem> {
    this.#window.append(bytes);
    for (let step = this.#step(); step !== 'wait'; step = this.#step()) if (step !== 'go_on') yield step;
    this.#window.keep();
  }

  #step(): Step {
    const bytes = this.#window.view();
    switch (this.#state.kind) {
      case 'boundary':
        return this.#begin(bytes);
      case 'page':
        return this.#readPart(this.#state, bytes);
      case 'searching':
        return this.#search(this.#state, bytes);
      default:
        return this.#state satisfies never;
    }
  }

  #begin(bytes: Uint8Array): Step {
    const match = matchCapture(bytes, 0);
    if (match === 'so_far') return 'wait';
    const page = match === 'no' ? 'invalid' : parsePage(bytes);
    if (page === 'incomplete') return 'wait';
    if (page !== 'invalid') return this.#enter(page);
    this.#state = { kind: 'searching', from: 0 };
    return this.#tell();
  }

  #enter(page: Page): PageItem {
    this.#state = { kind: 'page', page, part: 0, at: page.headerBytes };
    return { kind: 'page', page };
  }

  #readPart(state: Extract<State, { kind: 'page' }>, bytes: Uint8Array): Step {
    const part = state.page.parts[state.part];
    if (part === undefined) return this.#finish(bytes.subarray(0, state.page.bytes));
    const { at } = state;
    if (bytes.length < at + part.length) return 'wait';
    state.at += part.length;
    state.part++;
    return { kind: 'part', bytes: bytes.subarray(at, state.at), ends: part.ends };
  }

  #finish(page: Uint8Array): PageItem {
    if (isPageSound(page)) {
      this.#window.drop(page.length);
      this.#state = { kind: 'boundary' };
      this.#told = false;
      return { kind: 'sound' };
    }
    this.#passFalse(page.length);
    this.#told = true;
    return { kind: 'damage', message: 'The Ogg stream is damaged: the checksum of a page is wrong.' };
  }

  #search(state: Extract<State, { kind: 'searching' }>, bytes: Uint8Array): Step {
    const at = findCapture(bytes, state.from);
    if (at > 0) {
      this.#window.drop(at);
      state.from = 0;
      return this.#tell();
    }
    if (matchCapture(bytes, 0) === 'so_far') return 'wait';
    const page = parsePage(bytes);
    if (page === 'invalid') {
      state.from = 1;
      return 'go_on';
    }
    if (page === 'incomplete' || bytes.length < page.bytes) return 'wait';
    if (isPageSound(bytes.subarray(0, page.bytes))) return this.#enter(page);
    this.#passFalse(page.bytes);
    return this.#tell();
  }

  /** What looked like a page of so many bytes is none; a page may begin within it. */
  #passFalse(length: number): void {
    const mayLookWithin = this.#budget.spend(length, this.#window.position + length);
    if (!mayLookWithin) this.#window.drop(length);
    this.#state = { kind: 'searching', from: mayLookWithin ? 1 : 0 };
  }

  /** Damage is told once for each place. */
  #tell(): Step {
    if (this.#told) return 'go_on';
    this.#told = true;
    return lostPlace;
  }
}

/** Where the capture pattern, or a beginning of it at the end of the bytes, is next. */
function findCapture(bytes: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    at = bytes.indexOf(capturePattern[0], at);
    if (at === -1) return bytes.length;
    if (matchCapture(bytes, at) !== 'no') return at;
    at++;
  }
}
