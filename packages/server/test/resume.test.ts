import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '@live-transcribe/store-sql';
import { RulerEngine, seeded } from '@live-transcribe/testkit';
import { afterEach, describe, expect, it } from 'vitest';

import { joinedStretches, ReturningClient } from './support/returning-client.ts';
import { type Mood, SlowStore } from './support/slow-store.ts';
import { startTestGateway, type TestGatewayOptions, testRate } from './test-gateway.ts';
import type { Message } from './wire-client.ts';

type TestGateway = Awaited<ReturnType<typeof startTestGateway>>;

const running = new Set<TestGateway>();
const folders = new Set<string>();
afterEach(async () => {
  for (const gateway of running) await gateway.close();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  running.clear();
  folders.clear();
});

const folder = () => {
  const made = mkdtempSync(join(tmpdir(), 'live-transcribe-resume-'));
  folders.add(made);
  return made;
};

/** Finals of 100 ms, and acknowledgements at every opportunity. */
async function start(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const engine = new RulerEngine({ sampleRate: testRate, utteranceMs: 100 });
  const gateway = await startTestGateway({ engine, tickMs: 5, ...options });
  running.add(gateway);
  return gateway;
}

async function stop(gateway: TestGateway): Promise<void> {
  running.delete(gateway);
  await gateway.close();
}

/** A store whose answers take up to 10 turns of the loop. */
function slow(seed: number): Mood {
  const random = seeded(seed);
  return { turns: () => Math.floor(random() * 10) };
}

/** Of a run, in samples: 2 s. */
const length = 32_000;

/** Everything was told once, in order, and what was acknowledged was told before. */
function expectExact(client: ReturningClient, story: string): void {
  expect(joinedStretches(client.finals), story).toBe(`0-${length - 1}`);
  expect(client.seqs, story).toEqual([...new Set(client.seqs)].toSorted((a, b) => a - b));
  const segments = client.told.flatMap((message) => ('final' in message ? [message['segment']] : []));
  expect(segments, story).toEqual(segments.map((_, index) => index));
  expect(
    client.told.filter((message) => 'ended' in message),
    story,
  ).toHaveLength(1);
  expectCovered(client.told, story);
}

function expectCovered(told: readonly Message[], story: string): void {
  let end = 0;
  let seq = 0;
  for (const message of told) {
    if ('final' in message) end = Number(message['end']);
    if (!('covered' in message)) seq = Number(message['seq'] ?? seq);
    if (!('covered' in message)) continue;
    const covered = Number(message['covered']);
    expect(covered, story).toBeLessThanOrEqual(end);
    expect(Math.round(covered * 1000) % 40, story).toBe(0);
    expect(message['seq'], story).toBeLessThanOrEqual(seq);
  }
}

/** Speaks all of it, and loses the connection at moments that `random` chooses; `between` is done before each return. */
async function run(client: ReturningClient, random: () => number, between: (lost: number) => Promise<void>) {
  await client.start();
  for (let lost = 0; lost < 4; lost += 1) {
    await client.speak(Math.floor(random() * 40));
    // Now at once, now when the server has had time to do all it can.
    for (let turns = Math.floor(random() * random() * 200); turns > 0; turns -= 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await between(lost);
    await client.resume();
  }
  await client.speak();
  return client.stop();
}

describe('a client that loses its connection at any moment', () => {
  const seeds = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

  it('is told everything once and in order when it comes back: 100 moments', async () => {
    const file = join(folder(), 'transcripts.sqlite');
    const gateway = await start({ openStore: async () => new SlowStore(await openSqliteStore({ file }), slow(1)) });
    let acknowledged = 0;
    for (const seed of seeds(25)) {
      const client = new ReturningClient({ port: gateway.port, length });
      const { code } = await run(client, seeded(seed), () => client.lose());
      expect(code, `seed ${seed}`).toBe(1000);
      expectExact(client, `seed ${seed}`);
      acknowledged += client.covered;
    }
    // Otherwise nothing of this would be about resuming in mid-session.
    expect(acknowledged).toBeGreaterThan(12);
  }, 60_000);

  it.each([
    ['is stopped', 'stopped'],
    ['dies', 'dead'],
  ])(
    'also when its server %s and another one takes over from the store: 52 moments',
    async (_, end) => {
      const file = join(folder(), 'transcripts.sqlite');
      for (const seed of seeds(13)) {
        const mood = slow(seed);
        const open = async () => new SlowStore(await openSqliteStore({ file }), mood);
        let gateway = await start({ openStore: open });
        const client = new ReturningClient({ port: gateway.port, length });
        const { code } = await run(client, seeded(seed), async () => {
          // Nothing that happens from now on is kept by this server.
          if (end === 'dead') mood.refuses = 'store_fenced';
          if (end === 'dead') await client.lose();
          await stop(gateway);
          mood.refuses = undefined;
          await client.closed();
          gateway = await start({ openStore: open });
          client.port = gateway.port;
        });
        expect(code, `seed ${seed}`).toBe(1000);
        expectExact(client, `seed ${seed}`);
        await stop(gateway);
      }
    },
    120_000,
  );
});
