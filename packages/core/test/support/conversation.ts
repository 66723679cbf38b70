import { Session, type SessionEvent, type SessionOptions } from '@live-transcribe/core';
import { ManualClock, RulerEngine, type RulerEngineOptions, rulerAudio } from '@live-transcribe/testkit';
import { expect } from 'vitest';

export interface Conversation {
  readonly session: Session;
  readonly engine: RulerEngine;
  readonly clock: ManualClock;
  readonly events: Promise<SessionEvent[]>;
  readonly seen: SessionEvent[];
  readonly ending: AbortController;
}

export interface ConversationOptions extends RulerEngineOptions {
  readonly words?: boolean;
  readonly session?: Partial<SessionOptions>;
}

/** A session whose events nobody reads yet. */
export function unread({ words = false, session: options = {}, ...ruler }: ConversationOptions = {}) {
  const engine = new RulerEngine({ utteranceMs: 500, ...ruler });
  const clock = new ManualClock();
  const ending = new AbortController();
  const recognition = { language: 'en', model: 'ruler', prompt: undefined, words };
  const session = new Session({
    id: 's',
    engine,
    recognition,
    clock,
    random: () => 0.5,
    signal: ending.signal,
    ...options,
  });
  return { session, engine, clock, ending };
}

export function converse(options: ConversationOptions = {}): Conversation {
  const { session, ...rest } = unread(options);
  const seen: SessionEvent[] = [];
  const events = (async () => {
    for await (const event of session.events()) seen.push(event);
    return seen;
  })();
  return { session, ...rest, events, seen };
}

export const finals = (events: SessionEvent[]) =>
  events.flatMap((event) => (event.kind === 'final' ? [event.text] : []));
/** Of what is logged. */
export const kinds = (events: SessionEvent[]) => events.filter((event) => 'seq' in event).map(({ kind }) => kind);
export const closing = (events: SessionEvent[]) => events.find((event) => event.kind === 'closed');

/** Lets the waits that `passes` as they appear, until the session has closed; by default all up to 10 s. */
export async function letTimePass(
  { clock, events }: Conversation,
  passes: (ms: number) => boolean = (ms) => ms <= 10_000,
): Promise<SessionEvent[]> {
  let over = false;
  const done = events.finally(() => {
    over = true;
  });
  while (!over) {
    await Promise.race([done, clock.untilWaiting(passes)]);
    const due = clock.waiting.filter(passes);
    if (due.length > 0) clock.advance(Math.max(...due));
  }
  return done;
}

/** Expects that the finals, which name the samples they heard, have every sample up to `total` once and in order. */
export function expectCovered(events: SessionEvent[], total: number, story: string): void {
  let next = 0;
  for (const text of finals(events)) {
    const [first, last] = text.split('-').map(Number);
    expect(first, `${story}: ${text}`).toBe(next);
    next = (last ?? Number.NaN) + 1;
  }
  expect(next, story).toBe(total);
}

/** Writes `total` samples of the ruler in pieces of any size, then finishes. */
export async function writeRuler(session: Session, total: number, random: () => number): Promise<void> {
  for (let at = 0; at < total; ) {
    const count = Math.min(1 + Math.floor(random() * 150), total - at);
    await session.write(rulerAudio(at, count));
    at += count;
  }
  session.finish();
}
