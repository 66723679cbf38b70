import { type ReadonlySignal, signal } from '@preact/signals';
import { RowLayout } from './row-layout.ts';

/** The rows that are drawn: from the first one to before the second. */
export interface Drawn {
  readonly from: number;
  readonly to: number;
}

/** Pixels drawn above and below what is seen, so that scrolling finds its rows there. */
const margin = 800;
/** Pixels; less than a line of text, so that a small touch does not lose the end. */
const tolerance = 24;

/**
 * Decides which rows of a long transcript are drawn, and keeps in its place what a person reads: the end, for as long as
 * nobody scrolls away from it, else the row at the upper edge.
 */
export class Scroller {
  readonly #layout = new RowLayout();
  readonly #following = signal(true);
  readonly #redraw = signal(0);
  #box: HTMLElement | undefined;
  #list: HTMLElement | undefined;
  #drawn: Drawn = { from: 0, to: 0 };
  /** As they were last seen; asking the browser for them while drawing would make it lay out the page once more. */
  #top = 0;
  #boxHeight = 0;
  #listTop = 0;
  /** The row at the upper edge, and how far it reaches above it. */
  #anchor = { index: 0, key: '', above: 0 };

  /** Whether the end is in view and will be kept there. */
  get following(): ReadonlySignal<boolean> {
    return this.#following;
  }

  /** Where and what it scrolls; answers how to let go of them. */
  attach(box: HTMLElement, list: HTMLElement): () => void {
    this.#box = box;
    this.#list = list;
    let width = 0;
    const resized = new ResizeObserver(() => {
      if (list.clientWidth !== width) this.#remeasure();
      width = list.clientWidth;
      this.drawn();
    });
    resized.observe(box);
    resized.observe(list);
    box.addEventListener('scroll', this.#scrolled, { passive: true });
    return () => {
      resized.disconnect();
      box.removeEventListener('scroll', this.#scrolled);
    };
  }

  /** To be called while drawing: which of the rows to draw. */
  choose(keys: readonly string[]): Drawn {
    // Read, so that whoever draws draws anew when other rows come into sight.
    void this.#redraw.value;
    this.#layout.place(keys);
    this.#drawn = this.#wanted(margin);
    return this.#drawn;
  }

  /** To be called when the rows chosen have been drawn. */
  drawn(): void {
    const [box, list] = [this.#box, this.#list];
    if (box === undefined || list === undefined) return;
    const { from, to } = this.#drawn;
    this.#layout.measure(from, [...list.children].map(settledHeight));
    list.style.paddingTop = `${this.#layout.top(from)}px`;
    list.style.paddingBottom = `${this.#layout.height - this.#layout.top(to)}px`;
    this.#boxHeight = box.clientHeight;
    this.#listTop = list.offsetTop;
    if (this.#following.peek()) box.scrollTop = box.scrollHeight;
    else this.#keepAnchor(box);
    this.#top = box.scrollTop;
    this.#redrawWhereNeeded();
  }

  /** Goes to the end and follows again. */
  toEnd(): void {
    this.#following.value = true;
    this.drawn();
  }

  /** Brings a row into the upper half, and stays with it. */
  toRow(index: number): void {
    this.#following.value = false;
    this.#anchor = { index, key: this.#layout.key(index) ?? '', above: -this.#boxHeight / 3 };
    this.drawn();
  }

  /** Brings a row into view for a person who was looking at the one before; who looks elsewhere is left there. */
  goOn(from: number, to: number): void {
    const layout = this.#layout;
    const top = this.#top - this.#listTop;
    const bottom = top + this.#boxHeight;
    const looksOn = layout.top(from) < bottom && layout.top(from + 1) > top;
    const isSeen = layout.top(to) >= top && layout.top(to + 1) <= bottom;
    if (looksOn && !isSeen) this.toRow(to);
  }

  /** Scrolls by so many heights of what is seen. */
  page(pages: number): void {
    this.#box?.scrollBy({ top: pages * this.#boxHeight * 0.9 });
  }

  /** Changes how all rows look, around the one that is read. */
  restyle(change: () => void): void {
    this.#lookForScroll();
    change();
    this.#remeasure();
    this.drawn();
  }

  /** All rows have other heights now. */
  #remeasure(): void {
    for (const row of this.#list?.children ?? []) if (row instanceof HTMLElement) row.style.minHeight = '';
    this.#layout.forget();
  }

  readonly #scrolled = (): void => {
    this.#lookForScroll();
    this.#redrawWhereNeeded();
  };

  /** Browsers tell of a scroll a frame later: until then it must not be undone. To be asked before the page is changed. */
  #lookForScroll(): void {
    const box = this.#box;
    if (box === undefined || box.scrollTop === this.#top) return;
    const top = box.scrollTop;
    // Only a person scrolls up. Not to be at the end may also mean that text came since the last scrolling to it.
    if (box.scrollHeight - box.clientHeight - top <= tolerance) this.#following.value = true;
    else if (top < this.#top - 1) this.#following.value = false;
    this.#top = top;
    this.#dropAnchor();
  }

  #dropAnchor(): void {
    const y = this.#top - this.#listTop;
    const index = this.#layout.at(y);
    this.#anchor = { index, key: this.#layout.key(index) ?? '', above: y - this.#layout.top(index) };
  }

  #keepAnchor(box: HTMLElement): void {
    const { index, key, above } = this.#anchor;
    const now = this.#layout.key(index) === key ? index : this.#layout.indexOf(key);
    if (now === -1) return;
    this.#anchor = { index: now, key, above };
    const top = this.#layout.top(now) + above + this.#listTop;
    if (Math.abs(top - box.scrollTop) > 0.5) box.scrollTop = top;
  }

  #redrawWhereNeeded(): void {
    const { from, to } = this.#wanted(margin / 2);
    // Not to be told of it oneself: this is called by what is told of other changes.
    if (from < this.#drawn.from || to > this.#drawn.to) this.#redraw.value = this.#redraw.peek() + 1;
  }

  #wanted(around: number): Drawn {
    const layout = this.#layout;
    const end = layout.height;
    const top = this.#following.peek() ? end - this.#boxHeight : this.#top - this.#listTop;
    return { from: layout.at(top - around), to: Math.min(layout.count, layout.at(top + this.#boxHeight + around) + 1) };
  }
}

/** An open segment does not shrink when the engine takes a word back: what stands below it would jump. */
function settledHeight(row: Element): number {
  const { height } = row.getBoundingClientRect();
  if (row instanceof HTMLElement) row.style.minHeight = row.dataset['state'] === 'partial' ? `${height}px` : '';
  return height;
}
