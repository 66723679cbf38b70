import { samplesToMs } from '@live-transcribe/audio';
import type { SessionEvent } from '@live-transcribe/core';
import { expect } from 'vitest';
import { rate, type SpokenRecording, type Stretch, stretchesIn } from './fault-recording.ts';

/** A final as a client sees it; ms on the session's timeline. */
export interface HeardFinal {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** What detectors add to speech: 300 ms before it, 500 ms after it, and a frame of theirs. */
const padding = { before: 300 + 40, after: 500 + 40 };
/** Times are told in whole ms by the service and by us. */
const roundingMs = 2;

/** Expects that the finals have every sample of every utterance but those `missing`, once, in order and in time. */
export function expectHeard(
  finals: readonly HeardFinal[],
  { utterances }: SpokenRecording,
  story: string,
  missing: readonly Stretch[] = [],
): void {
  const isMissing = ({ from, to }: Stretch) => missing.some((gone) => gone.from <= from && to <= gone.to);
  const expected = utterances.filter((utterance) => !isMissing(utterance));
  expect(joined(finals.flatMap(({ text }) => stretchesIn(text))), story).toEqual(expected);
  for (const final of finals) expectInTime(final, story);
}

function expectInTime({ text, start, end }: HeardFinal, story: string): void {
  const stretches = stretchesIn(text);
  const first = samplesToMs(stretches[0]?.from ?? Number.NaN, rate);
  const last = samplesToMs(stretches.at(-1)?.to ?? Number.NaN, rate);
  const where = `${story}: ${text} at ${start} to ${end} ms, which sounds from ${first} to ${last} ms`;
  expect(start, where).toBeLessThanOrEqual(first + roundingMs);
  expect(start, where).toBeGreaterThanOrEqual(first - padding.before - roundingMs);
  expect(end, where).toBeGreaterThanOrEqual(last - roundingMs);
  expect(end, where).toBeLessThanOrEqual(last + padding.after + roundingMs);
}

/** Expects a log without a hole, from `opened` to a `closed` without an error, and nothing a client would call one. */
export function expectUntroubled(events: readonly SessionEvent[], story: string, failures = 0): void {
  const logged = events.filter((event) => 'seq' in event);
  expect(
    logged.map(({ seq }) => Number(seq)),
    story,
  ).toEqual(logged.map((_, index) => index + 1));
  const kinds = logged.map(({ kind }) => kind);
  expect(kinds[0], story).toBe('opened');
  expect(logged.at(-1), story).toMatchObject({ kind: 'closed' });
  expect(logged.at(-1), story).not.toHaveProperty('error');
  expect(kinds, story).not.toContain('gap');
  expect(kinds.filter((kind) => kind === 'segment_failed').length, story).toBe(failures);
  expect(segmentsOf(logged), story).toEqual(segmentsOf(logged).map((_, index) => index));
}

export const finalsOf = (events: readonly SessionEvent[]): HeardFinal[] =>
  events.flatMap((event) => (event.kind === 'final' ? [event] : []));

const segmentsOf = (events: readonly SessionEvent[]) =>
  events.flatMap((event) => (event.kind === 'final' || event.kind === 'segment_failed' ? [event.segment] : []));

/** Stretches that continue one another as one: an utterance may be cut in two. */
function joined(stretches: readonly Stretch[]): Stretch[] {
  const whole: Stretch[] = [];
  for (const { from, to } of stretches) {
    const last = whole.at(-1);
    if (last?.to === from) whole[whole.length - 1] = { from: last.from, to };
    else whole.push({ from, to });
  }
  return whole;
}
