/**
 * What observing costs on the hot path, when nobody looks: nanoseconds and bytes of garbage for each chunk of audio that
 * comes in and goes to the engine, and for each partial that comes from the engine and goes to a client. The best of
 * several rounds, since whatever else the machine does only adds.
 *
 * Run it after `npm run build`:  node --expose-gc bench/observe.mjs [--json]
 */
import { parseArgs } from 'node:util';
import { Metrics } from '../packages/server/dist/index.js';
import { createRings } from '../packages/server/dist/observe/rings.js';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const rounds = 15;
const times = 20_000;
const id = 'a7c0e0f2-6f0e-4b1c-9d65-0c6ac5c1f1b0';
const samples = 2_400;

const counted = { sent: 0, received: 0, kept: 0, partialsDropped: 0, usage: undefined };
const about = { id, protocol: '/ws', client: '127.0.0.1', engine: 'e', model: 'm', language: 'sv', sampleRate: 24_000 };
const metrics = new Metrics({ version: '0', engine: 'e' });
const observed = metrics.observe(about, () => counted);
const rings = createRings(200);
const partial = { kind: 'partial', segment: 0, start: 0, end: 900, text: 'so far so good', vendorEvent: 'delta' };

let position = 0;
const subjects = {
  'metrics, a chunk in and out': () => {
    position += samples;
    observed.received('pcm16', samples, position, performance.now());
    counted.sent = position;
    observed.sending(samples);
  },
  'metrics, a partial': () => observed.told(partial),
  'rings, a chunk in and out': () => {
    position += samples;
    const [start, end] = [position / 24_000, (position + samples) / 24_000];
    rings.frontChunks.add(id, 3_200, start, end, end / 1e6, end / 1e7);
    rings.engineChunks.add(id, 4_800, start, end);
  },
  'rings, a partial in and out': () => {
    rings.engineText.add(id, partial);
    rings.frontText.add(id, partial);
  },
};

function measure(work) {
  let best = Number.POSITIVE_INFINITY;
  // A round in which the collector has run shows too little.
  let garbage = 0;
  for (let round = 0; round < rounds; round += 1) {
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    const began = process.hrtime.bigint();
    for (let time = 0; time < times; time += 1) work();
    best = Math.min(best, Number(process.hrtime.bigint() - began) / times);
    if (round > rounds / 2) garbage = Math.max(garbage, (process.memoryUsage().heapUsed - before) / times);
  }
  return { ns: Number(best.toFixed(0)), 'bytes of garbage': Number(garbage.toFixed(0)) };
}

const rows = Object.fromEntries(Object.entries(subjects).map(([name, work]) => [name, measure(work)]));
if (values.json) console.log(JSON.stringify(rows));
else console.table(rows);
