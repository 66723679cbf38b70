/**
 * What a chunk of audio costs: clients that speak at real-time pace, 16 kHz PCM16, 100 ms of it at a time, to the gateway with
 * the engine `openai` (to 24 kHz, then as base64), with a partial back for each chunk and a final each second. Beside it, in
 * the same run and under the same load, the least relay that `ws` allows. Clients, relay and upstream are three processes;
 * one is measured.
 *
 * CPU: user and system time of the relay, in microseconds per chunk. Memory: of a session beyond the idle relay that has
 * served some sessions before, resident, with what the collector has set aside for garbage; and in use, heap and buffers
 * after a collection. Latency: from the client's sending to the chunk's partial; what the gateway adds is
 * the difference between the two rows. Times are worth nothing on a machine that does something else besides.
 *
 * Run it after `npm run build`:
 *   node bench/relay.mjs [--sessions 300] [--seconds 20] [--chunk-ms 100] [--only gateway|bare] [--together]
 *     [--profile <folder>] [--keep-audio] [--guarded] [--json]
 * `--guarded` has the gateway ask for a key, and each client bring one, as a minted token. `--together` has both relays at
 * work at the same time, with half of the sessions each: a processor that serves more is slower at each thing it does, and
 * so both have the same one.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startLoad } from './lib/relay-load.mjs';
import { freePort, startProcess } from './lib/relay-process.mjs';

const { values: given } = parseArgs({
  options: {
    sessions: { type: 'string', default: '300' },
    seconds: { type: 'string', default: '20' },
    'chunk-ms': { type: 'string', default: '100' },
    only: { type: 'string' },
    together: { type: 'boolean', default: false },
    profile: { type: 'string' },
    guarded: { type: 'boolean', default: false },
    'keep-audio': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const apiKey = 'the-key-of-the-benchmark';
const sessions = Number(given.sessions);
const seconds = Number(given.seconds);
const chunkMs = Number(given['chunk-ms']);
/** Until the compiler has seen the hot path, and again until the rings of all sessions have grown. */
const warmUpMs = 5_000;
/** As package.json and the Dockerfile start the gateway, and the bare relay alike. */
const nodeArgs = ['--max-semi-space-size=16'];
/** A load that is later than this measures itself. */
const lateMs = 5;

const pathOf = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function percentile(values, part) {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

const relays = {
  bare: ({ port, upstreamPort }) =>
    startProcess(pathOf('./lib/relay-bare.mjs'), { port, nodeArgs, args: [port, upstreamPort].map(String) }),
  gateway: ({ port, upstreamPort, cwd }) =>
    startProcess(pathOf('../packages/server/dist/main.js'), {
      port,
      nodeArgs,
      // Where no .env lies.
      cwd,
      env: {
        ENGINE: 'openai',
        KEEP_AUDIO: given['keep-audio'] ? 'on' : 'off',
        OPENAI_API_KEY: 'sk-benchmark',
        OPENAI_BASE_URL: `http://127.0.0.1:${upstreamPort}/v1`,
        HOST: '127.0.0.1',
        PORT: String(port),
        ...(given.guarded && { API_KEYS: apiKey, MINUTES_PER_DAY_PER_KEY: '1000000' }),
      },
    }),
};

/** A token that is verified by its signature at each connection. */
async function headersFor(port) {
  if (!given.guarded) return {};
  const asked = { method: 'POST', headers: { authorization: `Bearer ${apiKey}` } };
  // The bare relay knows of none.
  const answer = await fetch(`http://127.0.0.1:${port}/v1/tokens`, asked);
  return answer.ok ? { authorization: `Bearer ${(await answer.json()).token}` } : {};
}

/** Some sessions for a while: what is loaded and compiled for the first ones is no session's cost. */
async function warmUp(port) {
  const load = await startLoad(port, 20, { chunkMs, headers: await headersFor(port) });
  await pause(warmUpMs);
  load.stop();
  await pause(500);
}

async function begin(name, upstreamPort, cwd) {
  const port = await freePort();
  const relay = await relays[name]({ port, upstreamPort, cwd });
  await warmUp(port);
  return { name, port, relay, idle: await relay.collected() };
}

async function put(begun, count) {
  const load = await startLoad(begun.port, count, { chunkMs, headers: await headersFor(begun.port) });
  return { ...begun, load, count };
}

async function lookAt({ relay, load }) {
  load.take();
  if (given.profile) await relay.startProfile();
  return relay.usage();
}

async function lookAgain({ name, relay, load, idle, count }, before) {
  const after = await relay.usage();
  const { latencies, lateness } = load.take();
  if (given.profile) await relay.writeProfile(join(given.profile, `${name}.cpuprofile`));
  const collected = await relay.collected();
  return row(name, { count, idle, before, after, collected, latencies, lateness });
}

/** Relays at work at the same time, with an equal share of the sessions each. */
async function measure(names, upstreamPort, cwd) {
  const begun = [];
  try {
    for (const name of names) begun.push(await begin(name, upstreamPort, cwd));
    const loaded = [];
    for (const each of begun) loaded.push(await put(each, Math.floor(sessions / names.length)));
    await pause(warmUpMs);
    const before = await Promise.all(loaded.map(lookAt));
    await pause(seconds * 1000);
    const rows = await Promise.all(loaded.map((each, index) => lookAgain(each, before[index])));
    for (const { load } of loaded) load.stop();
    return rows;
  } finally {
    for (const { relay } of begun) await relay.stop();
  }
}

function row(name, { count, idle, before, after, collected, latencies, lateness }) {
  const chunks = lateness.length;
  const cpuUs = (after.userUs + after.systemUs - before.userUs - before.systemUs) / chunks;
  const late = percentile(lateness, 0.99);
  const rounded = (value, digits = 2) => Number(value.toFixed(digits));
  return {
    relay: name,
    sessions: count,
    chunks,
    'CPU us/chunk': rounded(cpuUs, 1),
    'user us': rounded((after.userUs - before.userUs) / chunks, 1),
    'sessions per core': Math.round((1_000 * chunkMs) / cpuUs),
    'KB/session': rounded((after.residentKb - idle.residentKb) / count, 1),
    'KB/session in use': rounded((collected.usedKb - idle.usedKb) / count, 1),
    'idle MB': rounded(idle.residentKb / 1024, 1),
    'p50 ms': rounded(percentile(latencies, 0.5)),
    'p95 ms': rounded(percentile(latencies, 0.95)),
    'p99 ms': rounded(percentile(latencies, 0.99)),
    answered: rounded(latencies.length / chunks, 3),
    'load late p99 ms': rounded(late),
  };
}

const cwd = mkdtempSync(join(tmpdir(), 'relay-'));
const upstreamPort = await freePort();
const upstream = await startProcess(pathOf('./lib/relay-upstream.mjs'), {
  port: upstreamPort,
  args: [String(upstreamPort)],
});
const rows = [];
try {
  const names = given.only === undefined ? Object.keys(relays) : [given.only];
  for (const group of given.together ? [names] : names.map((name) => [name]))
    rows.push(...(await measure(group, upstreamPort, cwd)));
} finally {
  await upstream.stop();
  rmSync(cwd, { recursive: true });
}

const [bare, gateway] = ['bare', 'gateway'].map((name) => rows.find(({ relay }) => relay === name));
const compared = bare &&
  gateway && {
    'CPU, times the bare relay': Number((gateway['CPU us/chunk'] / bare['CPU us/chunk']).toFixed(2)),
    ...Object.fromEntries(
      ['p50 ms', 'p95 ms', 'p99 ms'].map((key) => [`added ${key}`, Number((gateway[key] - bare[key]).toFixed(2))]),
    ),
  };
for (const { relay, 'load late p99 ms': late } of rows) {
  if (late > lateMs)
    console.warn(`The load for ${relay} was sent ${late} ms late: the machine is too busy to trust times.`);
}
if (given.json) {
  console.log(JSON.stringify({ rows, compared }));
} else {
  console.table(Object.fromEntries(rows.map(({ relay, ...rest }) => [relay, rest])));
  if (compared) console.table(compared);
}
