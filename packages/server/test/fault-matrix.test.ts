import { msToSamples } from '@live-transcribe/audio';
import type { SessionEvent } from '@live-transcribe/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runGateway } from './support/fault-gateway.ts';
import { type FaultName, faultPlans, hopelessPlan, longPlans, mixedPlan, unheardPlan } from './support/fault-plan.ts';
import { rate, type Stretch } from './support/fault-recording.ts';
import { watchRings } from './support/fault-ring.ts';
import { type Outcome, runSession } from './support/fault-run.ts';
import { expectHeard, expectUntroubled, finalsOf } from './support/fault-verdict.ts';
import type { Mode, WorldOptions } from './support/fault-world.ts';

/** A seed that once failed is run again by its name: `seeds(1, 1003)`. */
const seeds = (count: number, first: number) => Array.from({ length: count }, (_, index) => first + index);

const names = Object.keys(faultPlans).filter((name): name is FaultName => name in faultPlans);
const longNames: readonly (keyof typeof longPlans)[] = [
  'deaf, while it answers pings',
  'reading no more, then gone',
  'owing one text, then gone',
];
const runs = { each: 6, mixed: 50, long: 3, unheard: 6, hopeless: 4, gateway: 15 };
/** At once: more would only wait for the processor. */
const width = 4;
/** On a machine that others use as well; alone the longest takes 6 s. */
const timeout = 60_000;
/** Of a session's ring, in samples: a minute. */
const capacity = 60 * rate;

/** Runs all, some at once, and says which one failed. Answers in how many something did go wrong. */
async function runAll(
  name: string,
  all: readonly WorldOptions[],
  run: (options: WorldOptions, story: string) => Promise<boolean>,
) {
  const left = [...all];
  let met = 0;
  const work = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const story = `${name}, seed ${next.seed}`;
      const isMet = await run(next, story).catch((thrown: unknown) => {
        left.length = 0;
        const message = thrown instanceof Error ? thrown.message : String(thrown);
        throw new Error(message.includes(story) ? message : `${story}: ${message}`, { cause: thrown });
      });
      if (isMet) met += 1;
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  return met;
}

async function expectLossless(options: WorldOptions, story: string): Promise<boolean> {
  const { mode, events, recording, waiting, met } = await runSession(options);
  const told = `${story}, ${mode}`;
  expectUntroubled(events, told);
  expectHeard(finalsOf(events), recording, told);
  expect(waiting, told).toEqual([]);
  return met;
}

/** Of the event that tells it; as wide as the rounding of its times. */
const stretchOf = ({ start, end }: { readonly start: number; readonly end: number }): Stretch => ({
  from: msToSamples(start - 2, rate),
  to: msToSamples(end + 2, rate),
});

const failedIn = ({ events }: Outcome) => events.filter((event) => event.kind === 'segment_failed');

const closing = (events: readonly SessionEvent[]) => events.at(-1);

describe('the fault matrix', { timeout }, () => {
  let rings: ReturnType<typeof watchRings>;
  beforeAll(() => {
    rings = watchRings();
  });
  afterAll(() => rings.end());

  it.each(names)('[M1] every sample has one final, in order and in time: %s', async (name) => {
    const options = seeds(runs.each, 1_000 * (1 + names.indexOf(name))).map((seed) => ({
      seed,
      plan: faultPlans[name],
    }));
    const met = await runAll(name, options, expectLossless);
    expect(met).toBeGreaterThanOrEqual(name === 'none' ? 0 : runs.each / 2);
  });

  it('[M2] several faults in one recording', async () => {
    const options = seeds(runs.mixed, 1).map((seed) => ({ seed, plan: mixedPlan }));
    expect(await runAll('mixed', options, expectLossless)).toBeGreaterThan(runs.mixed / 2);
  });

  it.each(longNames)('[M3] a recording longer than what is kept: %s', async (name) => {
    // Nobody can know of a service without turn detection of our own that it is deaf.
    const modes: readonly Mode[] = ['service and detector', 'gateway', 'gateway, silence not sent'];
    const options = seeds(runs.long, 100 * (1 + longNames.indexOf(name))).map((seed, index) => {
      const mode = modes[index % modes.length] ?? 'gateway';
      return { seed, plan: longPlans[name], mode, recording: { ms: 140_000 } };
    });
    expect(await runAll(name, options, expectLossless)).toBe(runs.long);
  });

  it('[M4] an utterance that fails twice is told to have failed, and is all that is missing', async () => {
    const options = seeds(runs.unheard, 500).map((seed) => ({ seed, plan: unheardPlan }));
    const met = await runAll('unheard', options, async (option, story) => {
      const outcome = await runSession(option);
      const missing = failedIn(outcome).map(stretchOf);
      expectUntroubled(outcome.events, story, 1);
      const gone = outcome.recording.utterances.filter(({ from, to }) =>
        missing.some((stretch) => stretch.from <= from && to <= stretch.to),
      );
      expect(gone.length, story).toBe(1);
      expectHeard(finalsOf(outcome.events), outcome.recording, story, missing);
      return outcome.met;
    });
    expect(met).toBe(runs.unheard);
  });

  it('[M5] what no try can mend ends with a clear error, after all finals there were', async () => {
    const options = seeds(runs.hopeless, 600).map((seed) => ({ seed, plan: hopelessPlan }));
    const met = await runAll('hopeless', options, async (option, story) => {
      const { events, recording, met: isMet } = await runSession(option);
      const fault = { code: 'engine_auth', message: 'The API key of this gateway was not accepted by OpenAI.' };
      expect(closing(events), story).toMatchObject({ kind: 'closed', error: fault });
      const gap = events.find((event) => event.kind === 'gap');
      expect(gap, story).toMatchObject({ reason: fault });
      // What comes after the end is no longer the session's.
      const missing = gap ? [{ ...stretchOf(gap), to: Number.POSITIVE_INFINITY }] : [];
      expectHeard(finalsOf(events), recording, story, missing);
      return isMet;
    });
    expect(met).toBe(runs.hopeless);
  });

  it('[M6] through the gateway, to a client that sees no error', async () => {
    const options = seeds(runs.gateway, 700).map((seed) => ({ seed, plan: mixedPlan }));
    const met = await runAll('gateway', options, async (option, story) => {
      const { messages, finals, recording, closeCode, met: isMet } = await runGateway(option);
      expect(
        messages.filter((message) => 'error' in message),
        story,
      ).toEqual([]);
      expect(messages.at(-1), story).toMatchObject({ ended: true, segments: finals.length });
      expect(closeCode, story).toBe(1000);
      expectHeard(finals, recording, story);
      return isMet;
    });
    expect(met).toBeGreaterThan(runs.gateway / 2);
  });

  it('[M7] every session of these kept a minute of audio at most', () => {
    expect(rings.largest).toBeGreaterThan(capacity / 8);
    expect(rings.largest).toBeLessThanOrEqual(capacity);
  });
});
