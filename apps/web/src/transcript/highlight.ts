import { folded, places } from './find.ts';

const marks = 'found';
const currentMark = 'found-current';

export interface Wanted {
  /** Empty: nothing is marked. */
  readonly text: string;
  /** The one that a person has stepped to: in which of the texts, and how many are before it there. */
  readonly current: { readonly element: Element; readonly nth: number } | undefined;
}

/** Marks a text wherever it occurs in the elements, across their words; browsers without marks show it unmarked. */
export function mark(elements: readonly Element[], { text, current }: Wanted): void {
  if (!('highlights' in CSS)) return;
  const needle = folded(text.trim());
  const found: Range[] = [];
  const chosen: Range[] = [];
  for (const element of needle === '' ? [] : elements) {
    for (const [nth, range] of rangesIn(element, needle).entries()) {
      (current?.element === element && current.nth === nth ? chosen : found).push(range);
    }
  }
  CSS.highlights.set(marks, new Highlight(...found));
  CSS.highlights.set(currentMark, new Highlight(...chosen));
}

function rangesIn(element: Element, needle: string): Range[] {
  const nodes: { readonly node: Node; readonly from: number }[] = [];
  let text = '';
  const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    nodes.push({ node, from: text.length });
    text += node.nodeValue ?? '';
  }
  return places(text, needle).map((at) => {
    const range = new Range();
    const first = nodes.findLast(({ from }) => from <= at);
    const last = nodes.findLast(({ from }) => from < at + needle.length);
    if (first !== undefined) range.setStart(first.node, at - first.from);
    if (last !== undefined) range.setEnd(last.node, at + needle.length - last.from);
    return range;
  });
}
