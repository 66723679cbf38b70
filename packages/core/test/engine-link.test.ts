import { EngineError } from '@live-transcribe/core';
import { describe, expect, it } from 'vitest';
import { advanceLink, type EngineLink, type EngineLinkEvent, initialLink } from '../src/session/engine-link.ts';

type State = EngineLink['state'];
type Kind = EngineLinkEvent['kind'];

const lost = new EngineError('engine_lost', 'Gone.');
const states: Record<State, EngineLink> = {
  connecting: initialLink,
  waiting: { state: 'waiting', failures: 1, delayMs: 100, reconnecting: true },
  streaming: { state: 'streaming', failures: 0, since: 0 },
  finishing: { state: 'finishing', failures: 0, since: 0 },
  ended: { state: 'ended' },
};
const events: Record<Kind, EngineLinkEvent> = {
  opened: { kind: 'opened' },
  progressed: { kind: 'progressed' },
  drained: { kind: 'drained' },
  ended: { kind: 'ended' },
  failed: { kind: 'failed', error: lost, jitter: 0 },
  waited: { kind: 'waited' },
  aborted: { kind: 'aborted', error: lost },
};

/** Where each event leads from each state. The compiler keeps it complete. */
const table: Record<State, Record<Kind, State>> = {
  connecting: {
    opened: 'streaming',
    progressed: 'connecting',
    drained: 'connecting',
    ended: 'waiting',
    failed: 'waiting',
    waited: 'connecting',
    aborted: 'ended',
  },
  waiting: {
    opened: 'waiting',
    progressed: 'waiting',
    drained: 'waiting',
    ended: 'waiting',
    failed: 'waiting',
    waited: 'connecting',
    aborted: 'ended',
  },
  streaming: {
    opened: 'streaming',
    progressed: 'streaming',
    drained: 'finishing',
    ended: 'waiting',
    failed: 'waiting',
    waited: 'streaming',
    aborted: 'ended',
  },
  finishing: {
    opened: 'finishing',
    progressed: 'finishing',
    drained: 'finishing',
    ended: 'ended',
    failed: 'waiting',
    waited: 'finishing',
    aborted: 'ended',
  },
  ended: {
    opened: 'ended',
    progressed: 'ended',
    drained: 'ended',
    ended: 'ended',
    failed: 'ended',
    waited: 'ended',
    aborted: 'ended',
  },
};

const cells = Object.entries(table).flatMap(([from, row]) =>
  Object.entries(row).map(([kind, to]) => ({ from: from as State, kind: kind as Kind, to })),
);

/** Fails, waits and connects again until the link ends; answers the delays. */
function failRepeatedly(link: EngineLink, error: EngineError, connectFirst: boolean): number[] {
  const delays: number[] = [];
  for (let now = 0; link.state !== 'ended'; now += 1_000) {
    if (connectFirst && link.state === 'connecting') link = advanceLink(link, events.opened, now);
    link = advanceLink(link, { kind: 'failed', error, jitter: 1 }, now);
    if (link.state !== 'waiting') break;
    delays.push(link.delayMs);
    link = advanceLink(link, events.waited, now);
  }
  return delays;
}

describe('the engine link', () => {
  it.each(cells)('$from, when $kind: $to', ({ from, kind, to }) => {
    expect(advanceLink(states[from], events[kind], 0).state).toBe(to);
  });

  it('waits longer after each failure, up to a bound, and gives up in the end', () => {
    expect(failRepeatedly(states.streaming, lost, true)).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
  });

  it('spreads the retries of many sessions over half the delay', () => {
    const first = (jitter: number) => advanceLink(states.streaming, { kind: 'failed', error: lost, jitter }, 0);
    expect(first(0)).toMatchObject({ delayMs: 125 });
    expect(first(1)).toMatchObject({ delayMs: 250 });
  });

  it('gives up early when there has never been a connection', () => {
    expect(failRepeatedly(initialLink, lost, false)).toHaveLength(3);
  });

  it.each(['engine_busy', 'engine_quota', 'engine_unavailable'] as const)(
    'tells %s at once at first, and tries again later',
    (code) => {
      const error = new EngineError(code, 'No.');
      expect(failRepeatedly(initialLink, error, false)).toHaveLength(0);
      expect(failRepeatedly(states.streaming, error, false).length).toBeGreaterThan(3);
    },
  );

  it('does not try again what cannot succeed', () => {
    expect(failRepeatedly(states.streaming, new EngineError('engine_auth', 'No.'), true)).toHaveLength(0);
  });

  it('asks a silent engine once more for the last words, not oftener, however long each try took', () => {
    const finishing: EngineLink = { state: 'finishing', failures: 0, since: 0 };
    const silent: EngineLinkEvent = { kind: 'failed', error: new EngineError('engine_timeout', 'Silent.'), jitter: 0 };
    const again = advanceLink(finishing, silent, 60_000);
    expect(again.state).toBe('waiting');
    expect(
      advanceLink({ ...finishing, ...('failures' in again && { failures: again.failures }) }, silent, 60_000).state,
    ).toBe('ended');
    expect(failRepeatedly(finishing, lost, false).length).toBeGreaterThan(3);
  });

  it('forgets old failures after settled audio, or half a minute of streaming', () => {
    const troubled: EngineLink = { state: 'streaming', failures: 8, since: 0 };
    expect(advanceLink(troubled, events.failed, 1_000).state).toBe('ended');
    expect(advanceLink(troubled, events.failed, 30_000)).toMatchObject({ state: 'waiting', failures: 1 });
    expect(advanceLink(troubled, events.progressed, 1_000)).toMatchObject({ failures: 0 });
  });
});
