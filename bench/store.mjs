/**
 * What keeping a final costs, and how long a list of many sessions takes, with SQLite and with PostgreSQL.
 *
 * paced: 200 sessions say 200 finals a second; CPU of this process per final, and the time until a final is kept.
 * pace: the same with a store that does nothing: what the measuring itself costs. kept: paced less pace.
 * All after 4,000 finals that are not counted: a server has its code compiled.
 * full: the same sessions say the next final as soon as the last one is kept.
 * alone: one session does. bare: a prepared INSERT of the event by the same library, each in its own transaction.
 * list: pages of 50 of 100,000 closed sessions and 100 that live; the slowest of 20 runs counts.
 *
 * Run it after `npm run build`:  node bench/store.mjs [--json] [--sessions=100000] [--seconds=10] [sqlite] [postgres]
 * PostgreSQL: a database is made and dropped at BENCH_POSTGRES_URL (postgres://postgres@127.0.0.1:5432/postgres).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuUsage } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openPostgresStore, openSqliteStore } from '@live-transcribe/store-sql';
import { Client } from 'pg';
import { bareInserts } from './lib/store-bare.mjs';
import { closed, final, newSession, opened, wordAt } from './lib/store-speech.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    sessions: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '10' },
  },
});
const sessions = Number(values.sessions);
const seconds = Number(values.seconds);
const kinds = positionals.length > 0 ? positionals : ['sqlite', 'postgres'];

const speakers = 200;
const finalsPerSecond = 200;
const warmUpFinals = 4_000;
const longAgo = Date.UTC(2025, 0, 1);

/** Live sessions that each say one final after the other. */
async function speak(store, prefix) {
  return Promise.all(
    Array.from({ length: speakers }, async (_, index) => {
      const id = `${prefix}-${index}`;
      const claim = await store.create(newSession(id, longAgo + index));
      await store.append(claim, [opened(id)]);
      let seq = 1;
      return () => store.append(claim, [final(++seq)]);
    }),
  );
}

const nothing = { create: async () => undefined, append: async () => undefined };

/** Runs `work`; answers the CPU it took in ms, and the seconds. */
async function measured(work) {
  const [cpu, began] = [cpuUsage(), performance.now()];
  const count = await work();
  const { user, system } = cpuUsage(cpu);
  const took = (performance.now() - began) / 1_000;
  return { count, cpuMs: (user + system) / 1_000 / count, perSecond: count / took };
}

const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

async function timed(latencies, work) {
  const began = performance.now();
  await work();
  latencies.push(performance.now() - began);
}

async function paced(store) {
  const says = await speak(store, 'paced');
  for (let said = 0; said < warmUpFinals; said += speakers) await Promise.all(says.map((say) => say()));
  const latencies = [];
  const result = await measured(async () => {
    const began = performance.now();
    const saying = [];
    for (let said = 0; said < finalsPerSecond * seconds; said += 1) {
      await sleep(Math.max(0, began + (said * 1_000) / finalsPerSecond - performance.now()));
      saying.push(timed(latencies, says[said % speakers]));
    }
    await Promise.all(saying);
    return saying.length;
  });
  latencies.sort((a, b) => a - b);
  return { ...result, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99), max: latencies.at(-1) };
}

async function full(store) {
  const says = await speak(store, 'full');
  const until = performance.now() + seconds * 1_000;
  return measured(async () => {
    let count = 0;
    await Promise.all(
      says.map(async (say) => {
        for (; performance.now() < until; count += 1) await say();
      }),
    );
    return count;
  });
}

async function alone(store) {
  const [say] = await speak(store, 'alone');
  const until = performance.now() + seconds * 1_000;
  return measured(async () => {
    let count = 0;
    for (; performance.now() < until; count += 1) await say();
    return count;
  });
}

/** Sessions of 8 finals; some in other languages, and some with words of their own. */
async function fill(store) {
  const lanes = 64;
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      for (let index = lane; index < sessions + 100; index += lanes) {
        const id = `kept-${index}`;
        const language = index % 10 === 0 ? 'sv' : 'en';
        const claim = await store.create(newSession(id, longAgo + index * 60_000, language));
        const marks = [index % 2 === 0 ? 'evenone' : 'oddone', `number${index}`];
        const finals = Array.from({ length: 8 }, (_final, at) => (at === 0 ? final(2, marks) : final(at + 2)));
        await store.append(claim, [opened(id, language), ...finals, ...(index < sessions ? [closed(10)] : [])]);
      }
    }),
  );
}

async function lists(store) {
  const middle = longAgo + sessions * 30_000;
  const pages = {
    newest: {},
    'second page': { cursor: (await store.list({ limit: 50 })).next },
    closed: { state: 'closed' },
    live: { state: 'live' },
    'language sv': { language: 'sv' },
    'language none has': { language: 'xx' },
    'a day': { from: middle, to: middle + 86_400_000 },
    'a common word': { text: `${wordAt(0)} ` },
    'three common words': { text: `${wordAt(0)} ${wordAt(1)} ${wordAt(2)}` },
    'a rare word': { text: `number${Math.floor(sessions / 2)}` },
    'a common and a rare word': { text: `number${Math.floor(sessions / 3)} ${wordAt(0)}` },
    'two that never meet': { text: 'evenone oddone' },
    'a letter': { text: 'n' },
    'three letters': { text: 'num' },
    'common words, language sv': { text: `${wordAt(0)} ${wordAt(1)}`, language: 'sv' },
    'no such word': { text: 'nosuchwordatall' },
  };
  const results = {};
  for (const [name, query] of Object.entries(pages)) {
    const times = [];
    let found = 0;
    for (let run = 0; run < 20; run += 1)
      await timed(times, async () => {
        found = (await store.list({ limit: 50, ...query })).sessions.length;
      });
    times.sort((a, b) => a - b);
    results[name] = { found, median: quantile(times, 0.5), max: times.at(-1) };
  }
  return results;
}

const openers = {
  sqlite: async (use) => {
    const folder = mkdtempSync(join(tmpdir(), 'live-transcribe-bench-'));
    try {
      return await use((name) => openSqliteStore({ file: join(folder, `${name}.db`) }), join(folder, 'bare.db'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  postgres: async (use) => {
    const url = new URL(process.env.BENCH_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres');
    const admin = new Client(url.href);
    await admin.connect();
    const name = `live_transcribe_bench_${process.pid}`;
    await admin.query(`CREATE DATABASE ${name}`);
    url.pathname = name;
    try {
      return await use(() => openPostgresStore({ url: url.href }), url.href);
    } finally {
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
    }
  },
};

async function withStore(open, work) {
  const store = await open();
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

const report = {};
for (const kind of kinds) {
  report[kind] = await openers[kind](async (open, bareAt) => {
    const step = (name) => values.json || console.error(`${kind}: ${name}`);
    step('finals');
    const finals = await withStore(
      () => open('finals'),
      async (store) => {
        const [saying, pace] = [await paced(store), await paced(nothing)];
        const kept = { ...saying, cpuMs: saying.cpuMs - pace.cpuMs };
        return { paced: saying, pace, kept, full: await full(store), alone: await alone(store) };
      },
    );
    const bare = await bareInserts[kind](bareAt, measured, seconds, final);
    step(`${sessions} sessions`);
    return withStore(
      () => open('lists'),
      async (store) => {
        const filled = await measured(async () => fill(store).then(() => sessions));
        step('lists');
        return { finals: { ...finals, ...bare }, filled, lists: await lists(store) };
      },
    );
  });
}

if (values.json) console.log(JSON.stringify(report, undefined, 2));
else
  for (const [kind, { finals, lists: pages, filled }] of Object.entries(report)) {
    const fixed = (value, digits) => (value === undefined ? '' : value.toFixed(digits));
    console.log(`\n${kind}: a final`);
    console.table(
      Object.fromEntries(
        Object.entries(finals).map(([name, { cpuMs, perSecond, p50, p99, max }]) => [
          name,
          {
            'CPU ms': fixed(cpuMs, 3),
            'per second': fixed(perSecond, 0),
            'p50 ms': fixed(p50, 2),
            'p99 ms': fixed(p99, 2),
            'max ms': fixed(max, 2),
          },
        ]),
      ),
    );
    console.log(`${kind}: lists of ${sessions} sessions (filled at ${filled.perSecond.toFixed(0)} a second)`);
    console.table(
      Object.fromEntries(
        Object.entries(pages).map(([name, { found, median, max }]) => [
          name,
          { found, 'median ms': fixed(median, 2), 'max ms': fixed(max, 2) },
        ]),
      ),
    );
  }
