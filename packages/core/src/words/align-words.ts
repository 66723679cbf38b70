import type { TimedWord } from '../ports/engine.ts';
import { longestMatch } from './longest-match.ts';
import { normalised, splitWords } from './split-words.ts';

interface Times {
  readonly start: number;
  readonly end: number;
}

/**
 * When each word of `text` sounds, told by `timed`, which another hearing of the same audio gave: it may have heard some
 * words differently, more or fewer. The answer has the words of `text` with their punctuation and nothing else; a word
 * that the other hearing does not have gets its share of the time between its neighbours, by its length. All within
 * `span`, in ms of the same origin as `timed`, and no word before the end of the one before it.
 */
export function alignWords(text: string, timed: readonly TimedWord[], span: Times): TimedWord[] {
  const words = splitWords(text);
  const heard = timed.filter(({ start, end }) => Number.isFinite(start) && Number.isFinite(end));
  const times = new Array<Times | undefined>(words.length).fill(undefined);
  let floor = span.start;
  for (const [word, place] of longestMatch(
    words.map(normalised),
    heard.map(({ text: other }) => normalised(other)),
  )) {
    const { start, end } = within(heard[place] ?? span, floor, span.end);
    times[word] = { start, end };
    floor = end;
  }
  return interpolated(words, times, span);
}

function within({ start, end }: Times, floor: number, ceiling: number): Times {
  const begins = Math.min(Math.max(start, floor), ceiling);
  return { start: begins, end: Math.min(Math.max(end, begins), ceiling) };
}

/** Fills each run of words without times from the end of the word before it to the start of the one behind. */
function interpolated(words: readonly string[], times: readonly (Times | undefined)[], span: Times): TimedWord[] {
  const result: TimedWord[] = [];
  while (result.length < words.length) {
    const from = result.length;
    const known = times[from];
    if (known) {
      result.push({ text: words[from] ?? '', ...known });
      continue;
    }
    const behind = times.findIndex((time, place) => place > from && time !== undefined);
    const run = words.slice(from, behind < 0 ? undefined : behind);
    const start = result.at(-1)?.end ?? span.start;
    result.push(...shared(run, { start, end: times[behind]?.start ?? span.end }));
  }
  return result;
}

/** The time between, cut by the lengths of the words; boundaries are rounded, never single shares. */
function shared(words: readonly string[], { start, end }: Times): TimedWord[] {
  const letters = words.reduce((sum, word) => sum + word.length, 0);
  let before = 0;
  const boundary = () => Math.min(start + Math.round(((end - start) * before) / letters), end);
  return words.map((text) => {
    const from = boundary();
    before += text.length;
    return { text, start: from, end: boundary() };
  });
}
