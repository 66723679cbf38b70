/**
 * What one message costs Redis, and one final PostgreSQL: the units of `node bench/sizing.mjs`.
 *
 * redis: a Redis of its own on a free port; one server says partials and finals of sessions that another one watches, 200
 *   messages a second. Commands, bytes in and out and CPU of Redis for each message that is watched at one other server.
 * postgres: a database of its own; 200 finals a second of 200 sessions. Transactions, bytes of its log, bytes of its tables,
 *   and CPU of its process for each final. What else the database server writes meanwhile counts: run it with nothing beside.
 *
 * Run it after `npm run build`:  node bench/cluster-units.mjs [--json] [--seconds=20] [redis] [postgres]
 * PostgreSQL: a database is made and dropped at BENCH_POSTGRES_URL (postgres://postgres@127.0.0.1:5432/postgres).
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { RedisBus } from '@live-transcribe/bus-redis';
import { openPostgresStore } from '@live-transcribe/store-sql';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { final, newSession, opened } from './lib/store-speech.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, seconds: { type: 'string', default: '20' } },
});
const seconds = Number(values.seconds);
const kinds = positionals.length > 0 ? positionals : ['redis', 'postgres'];

const perSecond = 200;
const sessions = 200;
/** Linux counts processor time in hundredths of a second. */
const tickMs = 10;

/** Calls `say` at an even pace. */
async function pace(say) {
  const began = performance.now();
  const count = perSecond * seconds;
  const saying = [];
  for (let said = 0; said < count; said += 1) {
    await sleep(Math.max(0, began + (said * 1_000) / perSecond - performance.now()));
    saying.push(say(said));
  }
  await Promise.all(saying);
  return count;
}

function cpuMsOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

async function redisCosts() {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'live-transcribe-bench-'));
  const args = ['--port', String(port), '--save', '', '--appendonly', 'no', '--dir', folder];
  const server = spawn('redis-server', args, { stdio: 'ignore' });
  const url = `redis://127.0.0.1:${port}`;
  const redis = new Redis(url, { retryStrategy: () => 50 });
  redis.on('error', () => undefined);
  const buses = [];
  try {
    await redis.ping();
    for (let at = 0; at < 2; at += 1) buses.push(await RedisBus.open({ url, warn: () => undefined }));
    const [speaker, watcher] = buses;
    const ids = Array.from({ length: sessions }, (_, at) => `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`);
    let heard = 0;
    for (const id of ids) {
      const messages = watcher.subscribe(id);
      void (async () => {
        for await (const message of messages) heard += message.kind === 'event' ? 1 : 0;
      })();
    }
    const figures = async () => {
      const info = await redis.info();
      const [commands, bytesIn, bytesOut] = ['processed', 'net_input', 'net_output'].map((name) => {
        const full = name === 'processed' ? 'total_commands_processed' : `total_${name}_bytes`;
        return Number(new RegExp(`${full}:(\\d+)`).exec(info)[1]);
      });
      return { commands, bytesIn, bytesOut, cpuMs: cpuMsOf(server.pid) };
    };
    const text = final(2).text;
    const kindsOf = {
      partial: (at) => ({ kind: 'partial', segment: at, start: 0, end: 1_000, text, vendorEvent: 'delta' }),
      final: (at) => final(at + 2),
    };
    const results = {};
    for (const [kind, eventOf] of Object.entries(kindsOf)) {
      // Until the other server knows who watches.
      for (const before = heard; heard === before; await sleep(50))
        speaker.publish(ids[0], { kind: 'event', event: eventOf(0) });
      await sleep(200);
      const before = await figures();
      const count = await pace((at) => speaker.publish(ids[at % sessions], { kind: 'event', event: eventOf(at) }));
      await sleep(200);
      const after = await figures();
      results[kind] = Object.fromEntries(
        Object.keys(after).map((name) => [name, (after[name] - before[name]) / count]),
      );
    }
    return results;
  } finally {
    for (const bus of buses) await bus.close();
    redis.disconnect();
    server.kill();
    await new Promise((resolve) => server.once('exit', resolve));
    rmSync(folder, { recursive: true });
  }
}

async function postgresCosts() {
  const url = new URL(process.env.BENCH_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres');
  const admin = new Client(url.href);
  await admin.connect();
  const name = `live_transcribe_bench_${process.pid}`;
  await admin.query(`CREATE DATABASE ${name}`);
  url.pathname = name;
  const store = await openPostgresStore({ url: url.href });
  try {
    const says = await Promise.all(
      Array.from({ length: sessions }, async (_, index) => {
        const id = `paced-${index}`;
        const claim = await store.create(newSession(id, Date.UTC(2025, 0, 1) + index));
        await store.append(claim, [opened(id)]);
        let seq = 1;
        return () => store.append(claim, [final(++seq)]);
      }),
    );
    const figures = async () => {
      // Statistics of a session that is busy are told once a second.
      await sleep(1_500);
      const { rows } = await admin.query(
        `SELECT xact_commit::float AS transactions, pg_database_size(datname)::float AS "tableBytes",
           pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float AS "logBytes" FROM pg_stat_database WHERE datname = $1`,
        [name],
      );
      const { rows: processes } = await admin.query('SELECT pid FROM pg_stat_activity WHERE datname = $1', [name]);
      return { ...rows[0], cpuMs: processes.reduce((sum, { pid }) => sum + cpuMsOf(pid), 0) };
    };
    const before = await figures();
    const count = await pace((at) => says[at % sessions]());
    const after = await figures();
    return { final: Object.fromEntries(Object.keys(after).map((key) => [key, (after[key] - before[key]) / count])) };
  } finally {
    await store.close();
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
  }
}

const measure = { redis: redisCosts, postgres: postgresCosts };
const report = {};
for (const kind of kinds) report[kind] = await measure[kind]();
if (values.json) console.log(JSON.stringify(report, undefined, 2));
else
  for (const [kind, rows] of Object.entries(report)) {
    console.log(`\n${kind}: for each message`);
    console.table(rows);
  }
