/**
 * Hostile clients against the real server, a process of its own, while others speak: random and mutated frames, handshakes
 * and requests over every socket and route, connections that say nothing or drip, floods of starts, oversized everything,
 * compressed bombs, tampered tokens. Tells whether it lived, what it logged, what it holds afterwards, and what those
 * who spoke noticed.
 *
 * Run it after `npm run build`, on a machine with nothing else to do:
 *   node bench/hostile.mjs [--items 1000000] [--together 64] [--sessions 20] [--held 5000] [--seed 1] [--json]
 */
import { once as onceEvent } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { rawFrame, rawUpgrade } from '@live-transcribe/testkit';
import { startLoad } from './lib/relay-load.mjs';
import { freePort, startProcess } from './lib/relay-process.mjs';

const { values: given } = parseArgs({
  options: {
    items: { type: 'string', default: '1000000' },
    together: { type: 'string', default: '64' },
    sessions: { type: 'string', default: '20' },
    held: { type: 'string', default: '5000' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const [items, together, sessions, held, seed] = ['items', 'together', 'sessions', 'held', 'seed'].map((name) =>
  Number(given[name]),
);
const keys = { live: 'the-key-of-those-who-speak', hostile: 'the-key-of-those-who-do-not' };
const quietMs = 10_000;
/** What was opened is let go of, and what was kept for it is written. */
const settleMs = 20_000;

const pathOf = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const percentile = (values, part) => {
  const sorted = Float64Array.from(values).sort();
  return Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN).toFixed(1));
};
const base64 = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

const folder = mkdtempSync(join(tmpdir(), 'hostile-'));
const logFile = join(folder, 'log');
const output = openSync(logFile, 'w');
const upstreamPort = await freePort();
const upstream = await startProcess(pathOf('./lib/relay-upstream.mjs'), {
  port: upstreamPort,
  args: [String(upstreamPort)],
});
const port = await freePort();
const server = await startProcess(pathOf('../packages/server/dist/main.js'), {
  ...{ port, cwd: folder, output },
  env: {
    ENGINE: 'openai',
    OPENAI_API_KEY: 'sk-benchmark',
    OPENAI_BASE_URL: `http://127.0.0.1:${upstreamPort}/v1`,
    API_KEYS: `live=${keys.live},hostile=${keys.hostile}`,
    PORT: String(port),
    MAX_SESSIONS_PER_KEY: '50',
    HEADERS_SECONDS: '5',
    START_SECONDS: '5',
    RESUME_SECONDS: '5',
  },
});

const ask = async (path, init = {}) =>
  (
    await fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: `Bearer ${keys.hostile}` }, ...init })
  ).json();
const { paths } = await ask('/openapi.json');
const routes = Object.entries(paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => ({
    method: method.toUpperCase(),
    path: path.replace('{id}', '00000000-0000-4000-8000-000000000000'),
  })),
);
const { token: once } = await ask('/v1/tokens', {
  method: 'POST',
  headers: { authorization: `Bearer ${keys.hostile}`, 'content-type': 'application/json' },
  body: '{"single_use":true,"expires_in":3600}',
});
const [head, claims, signature] = once.split('.');
const credentials = [
  ...Array.from({ length: 6 }, () => keys.hostile),
  once,
  `${base64({ alg: 'none', typ: 'live-transcribe+jwt' })}.${claims}.`,
  `${head}.${base64({ exp: 4e9, scopes: ['sessions'] })}.${signature}`,
  `${head}.${claims}.${signature.slice(1)}A`,
  'wrong',
  'x'.repeat(9_000),
];
const sockets = ['/v1/transcriptions', '/ws'];
const rows = [];
const bearer = (key) => [`Authorization: Bearer ${key}`];

/** Does what is hostile while others speak, and notes what these notice. */
async function during(name, work) {
  load.take();
  const began = performance.now();
  const done = await work();
  const seconds = (performance.now() - began) / 1000;
  const { latencies, lateness } = load.take();
  rows.push({
    what: name,
    did: done,
    seconds: Number(seconds.toFixed(1)),
    'p50 ms': percentile(latencies, 0.5),
    'p99 ms': percentile(latencies, 0.99),
    // A chunk that was sent too late is the load's own fault.
    'load late p99 ms': percentile(lateness, 0.99),
    answered: Number((latencies.length / Math.max(1, lateness.length)).toFixed(3)),
    'resident MB': Math.round((await server.usage()).residentKb / 1024),
  });
  if (!server.alive) throw new Error(`The server died of: ${name}`);
}

const hostile = new Worker(new URL('./lib/hostile-worker.mjs', import.meta.url));
hostile.unref();

/** Has the hostile thread do something, and answers how much of it was done. */
async function have(what, of) {
  hostile.postMessage({ what, port, ...of });
  return (await onceEvent(hostile, 'message'))[0];
}

const hold = async (count, first, drip) => `${await have('hold', { count, first, drip })} connections`;

const bomb = Buffer.alloc(60_000, 0);
const oversized = [
  rawFrame({ opcode: 2, payload: new Uint8Array(9_000_000) }),
  rawFrame({ opcode: 2, payload: new Uint8Array(16), claims: 2 ** 53 - 1 }),
  Buffer.concat(
    Array.from({ length: 10 }, (_, at) =>
      rawFrame({ opcode: at === 0 ? 2 : 0, fin: false, payload: new Uint8Array(1_000_000) }),
    ),
  ),
  // Says that it is compressed, which nobody has agreed upon.
  rawFrame({ opcode: 2, rsv: 4, payload: bomb }),
  rawFrame({ opcode: 1, payload: Uint8Array.of(0xc3, 0x28, 0xff, 0xfe) }),
  rawFrame({ opcode: 9, payload: new Uint8Array(5_000) }),
];

let load;
try {
  // What is loaded and compiled at the first is nobody's cost.
  const traffic = { sockets, routes, credentials, together };
  await have('attack', { ...traffic, seed: seed + 1, items: 20_000 });
  await pause(settleMs);
  const before = await server.collected();
  load = await startLoad(port, sessions, { headers: { authorization: `Bearer ${keys.live}` } });
  await pause(3_000);
  await during('nothing', async () => void (await pause(quietMs)));
  const half = Math.ceil(items / 2);
  const strangers = { ...traffic, credentials: credentials.filter((credential) => credential !== keys.hostile) };
  await during(
    'random, by strangers',
    async () => `${await have('attack', { ...strangers, seed, items: half })} items`,
  );
  await during(
    'random, with a key',
    async () => `${await have('attack', { ...traffic, seed: seed + 2, items: half })} items`,
  );
  const start = rawFrame({ opcode: 1, payload: Buffer.from('{"action":"start"}') });
  await during('flood of starts', () =>
    hold(
      2_000,
      Buffer.concat([
        rawUpgrade('/v1/transcriptions', bearer(keys.hostile)),
        start,
        rawFrame({ opcode: 8, payload: Uint8Array.of(3, 232) }),
      ]),
    ),
  );
  await during('half-open: nothing said', () => hold(held, new Uint8Array()));
  await during('half-open: upgraded, no start', () =>
    hold(held, rawUpgrade('/v1/transcriptions', bearer(keys.hostile))),
  );
  await during('half-open: no key', () => hold(held, rawUpgrade('/ws')));
  await during('slowloris', () =>
    hold(1_000, Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\nx: '), Buffer.from('x')),
  );
  await during('oversized and compressed', async () => {
    for (const frame of oversized) {
      await hold(20, Buffer.concat([rawUpgrade('/v1/transcriptions', bearer(keys.hostile)), start, frame]));
    }
    return `${oversized.length * 20} connections`;
  });
  load.take();
  await during('nothing, afterwards', async () => void (await pause(quietMs)));
  load.stop();
  await pause(settleMs);
  const after = await server.collected();
  const { status } = await fetch(`http://127.0.0.1:${port}/readyz`);
  await server.stop();
  report({ before, after, status });
} finally {
  load?.stop();
  if (server.alive) await server.stop();
  await hostile.terminate();
  await upstream.stop();
  closeSync(output);
  rmSync(folder, { recursive: true });
}

function report({ before, after, status }) {
  const log = readFileSync(logFile, 'utf8');
  const lines = log.split('\n').filter((line) => line.startsWith('{'));
  // That the stand-in for the engine answers nothing to nonsense is no fault of the server's.
  const errors = lines.filter((line) => /"level":"(error|fatal)"/.test(line) && !line.includes('audio lost'));
  const secrets = [keys.live, keys.hostile, once, 'sk-benchmark'].filter((secret) => log.includes(secret));
  const mb = (kb) => Number((kb / 1024).toFixed(1));
  const summary = {
    seed,
    'ready afterwards': status === 200,
    'crashes and unhandled rejections': log.split('\n').filter((line) => line !== '' && !line.startsWith('{')).length,
    'faults in the log': errors.length,
    'lines in the log': lines.length,
    'secrets in the log': secrets.length,
    'in use before, MB': mb(before.usedKb),
    'in use after, MB': mb(after.usedKb),
    'resident before, MB': mb(before.residentKb),
    'resident after, MB': mb(after.residentKb),
  };
  const faults = errors.slice(0, 10);
  if (given.json) return console.log(JSON.stringify({ rows, summary, faults }));
  console.table(Object.fromEntries(rows.map(({ what, ...rest }) => [what, rest])));
  console.table(summary);
  for (const fault of faults) console.log(fault.slice(0, 2_000));
}
