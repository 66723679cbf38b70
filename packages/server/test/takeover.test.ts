import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RedisBus } from '@live-transcribe/bus-redis';
import { type EventBus, LocalBus, type SessionStore } from '@live-transcribe/core';
import { openPostgresStore, openSqliteStore } from '@live-transcribe/store-sql';
import { describeWith, RulerEngine, seeded } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import { address, redisMissing, redisSpace } from '../../bus-redis/test/redis.ts';
import { postgresMissing, postgresSchema } from '../../store-sql/test/postgres.ts';
import { joinedStretches, ReturningClient } from './support/returning-client.ts';
import { startTestGateway, testRate } from './test-gateway.ts';
import type { WireClient } from './wire-client.ts';

interface Shared {
  readonly open: () => Promise<SessionStore>;
  readonly openBus?: () => Promise<EventBus>;
  readonly remove: () => unknown;
}

/** Of a run, in samples: 2 s. */
const length = 32_000;

async function inFile(): Promise<Shared> {
  const folder = mkdtempSync(join(tmpdir(), 'live-transcribe-takeover-'));
  const file = join(folder, 'transcripts.sqlite');
  return { open: () => openSqliteStore({ file }), remove: () => rmSync(folder, { recursive: true }) };
}

async function inPostgres(): Promise<Shared> {
  const { url, drop } = await postgresSchema();
  return { open: () => openPostgresStore({ url }), remove: drop };
}

/** With servers that ask one another for sessions. */
async function inBoth(): Promise<Shared> {
  const { open, remove } = await inPostgres();
  const { prefix, clear } = redisSpace();
  const openBus = () => RedisBus.open({ url: address, prefix, warn: () => undefined });
  return { open, openBus, remove: () => Promise.all([remove(), clear()]) };
}

function start({ open, openBus = async () => new LocalBus() }: Shared) {
  const engine = new RulerEngine({ sampleRate: testRate, utteranceMs: 100 });
  return startTestGateway({ engine, tickMs: 5, openStore: open, openBus });
}

const stores = [
  { name: 'one SQLite file', share: inFile, missing: undefined },
  { name: 'one PostgreSQL database', share: inPostgres, missing: postgresMissing },
  { name: 'PostgreSQL and Redis', share: inBoth, missing: postgresMissing ?? redisMissing },
];

describe.each(stores)('two servers that share $name', ({ name, share, missing }) => {
  describeWith([missing], name, { timeout: 60_000 }, () => {
    it('take a session over from one another, while the other still has it: 10 seeds', async () => {
      const shared = await share();
      const gateways = [await start(shared), await start(shared)];
      const [first] = gateways;
      for (let seed = 1; seed <= 10; seed += 1) {
        const random = seeded(seed);
        const client = new ReturningClient({ port: first?.port ?? 0, length });
        const deserted: WireClient[] = [];
        await client.start();
        for (let moves = 0; moves < 4; moves += 1) {
          await client.speak(Math.floor(random() * 40));
          // The server is not told that its client is elsewhere, or finds that its line is dead.
          if (random() < 0.5) deserted.push(await client.desert());
          else await client.lose();
          client.port = gateways[(moves + 1) % 2]?.port ?? 0;
          await client.resume();
        }
        await client.speak();
        let { code } = await client.stop();
        // A server was asked by a connection that is lost, and has claimed the session last: a client that is not told that it
        // has ended asks again.
        for (let tries = 0; tries < 8 && client.told.at(-1)?.['ended'] !== true; tries += 1) {
          await client.resume();
          await client.speak();
          ({ code } = await client.stop());
        }
        const story = `seed ${seed}: ${JSON.stringify(client.told.at(-1))}`;
        expect(code, story).toBe(1000);
        expect(joinedStretches(client.finals), story).toBe(`0-${length - 1}`);
        const segments = client.told.flatMap((message) => ('final' in message ? [message['segment']] : []));
        expect(segments, story).toEqual(segments.map((_, index) => index));
        for (const { socket } of deserted) socket.terminate();
      }
      for (const gateway of gateways) await gateway.close();
      await shared.remove();
    });
  });
});
