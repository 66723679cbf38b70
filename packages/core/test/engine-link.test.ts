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
  rotate: { kind: 'rotate' },
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
    rotate: 'connecting',
    aborted: 'ended',
  },
  waiting: {
    opened: 'waiting',
    progressed: 'waiting',
    drained: 'waiting',
    ended: 'waiting',
    failed: 'waiting',
    waited: 'connecting',
    rotate: 'waiting',
    aborted: 'ended',
  },
  streaming: {
    opened: 'streaming',
    progressed: 'streaming',
    drained: 'finishing',
    ended: 'waiting',
    failed: 'waiting',
    waited: 'streaming',
    rotate: 'connecting',
    aborted: 'ended',
  },
  finishing: {
    opened: 'finishing',
    progressed: 'finishing',
    drained: 'finishing',
    ended: 'ended',
    failed: 'waiting',
    waited: 'finishing',
    rotate: 'finishing',
    aborted: 'ended',
  },
  ended: {
    opened: 'ended',
    progressed: 'ended',
    drained: 'ended',
    ended: 'ended',
    failed: 'ended',
    waited: 'ended',
    rotate: 'ended',
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

  it('goes on with another connection at once where the engine asks for it, and counts no failure', () => {
    const old: EngineLink = { state: 'streaming', failures: 3, since: 0 };
    expect(advanceLink(old, events.rotate, 30_000)).toEqual({ state: 'connecting', failures: 0, reconnecting: true });
  });

  it('gives up an engine that wants another connection again and again, and settles nothing', () => {
    let link: EngineLink = states.streaming;
    let rotations = 0;
    while (link.state !== 'ended' && rotations < 100) {
      rotations += 1;
      link = advanceLink(advanceLink(link, events.rotate, 0), events.opened, 0);
    }
    expect(rotations).toBe(9);
    expect(link).toMatchObject({ error: { code: 'engine_lost' } });
  });

  const limited = (retryAfterMs: number) => new EngineError('engine_quota', 'Too many requests.', { retryAfterMs });
  const failing = (retryAfterMs: number, jitter = 0): EngineLinkEvent => ({
    kind: 'failed',
    error: limited(retryAfterMs),
    jitter,
  });

  it('leaves an engine alone for as long as it asks, spread over a little more, up to a minute', () => {
    expect(advanceLink(states.streaming, failing(20_000), 0)).toMatchObject({ delayMs: 20_000 });
    expect(advanceLink(states.streaming, failing(20_000, 1), 0)).toMatchObject({ delayMs: 22_000 });
    expect(advanceLink(states.streaming, failing(60_000, 1), 0)).toMatchObject({ delayMs: 60_000 });
    expect(advanceLink(states.streaming, failing(1), 0)).toMatchObject({ delayMs: 125 });
  });

  it('ends where the engine asks for more than a minute, and says how long', () => {
    const link = advanceLink(states.streaming, failing(90_400), 0);
    expect(link).toMatchObject({ state: 'ended', error: { code: 'engine_quota', retryable: true } });
    expect(link.state === 'ended' && link.error?.message).toBe('Too many requests. The engine takes no more for 91 s.');
  });

  it('waits at first only where the engine asks for a moment', () => {
    expect(advanceLink(initialLink, failing(5_000), 0).state).toBe('waiting');
    expect(advanceLink(initialLink, failing(5_001), 0).state).toBe('ended');
  });
});
