// The engine sherpa beside the library called directly, in one run; with the tiny model, made as costly as a real one is.
//   npm run build && node bench/sherpa.mjs [--json] [--tiny] [--model <folder of a nemo-ctc model>]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createSherpaEngine, readModel } from '@live-transcribe/engine-sherpa';
import { childProcesses, speak, tinyModel } from '@live-transcribe/testkit';
import { heavierModel } from './lib/heavier-model.mjs';

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, tiny: { type: 'boolean' }, model: { type: 'string' } },
});
const scratch = mkdtempSync(join(tmpdir(), 'bench-sherpa-'));
const given = values.model ?? tinyModel('tiny-streaming');
const folder = values.model || values.tiny ? given : heavierModel(given, join(scratch, 'model'));
const model = readModel(folder);
if ('invalid' in model) throw new Error(model.invalid);
const direct = fileURLToPath(new URL('lib/sherpa-direct.cjs', import.meta.url));
const options = { language: 'en', model: '', prompt: undefined, words: false };
const never = new AbortController().signal;
const streams = 8;
const rounds = 3;
const secondsOfOverload = 15;

const phrases = ['three seven sixty one', 'hello stop left right', 'yes four eight no', 'seventy two ninety one'];
const parts = await Promise.all(phrases.map((text) => speak(text, { leadMs: 1_000 })));
const samples = Int16Array.from(parts.flatMap((part) => [...part]));
const audioSeconds = samples.length / 16_000;

const file = join(scratch, 'speech.pcm');
writeFileSync(file, new Uint8Array(samples.buffer));

const quantile = (list, share) =>
  list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))];
const callDirectly = () =>
  JSON.parse(execFileSync(process.execPath, [direct, folder, file, String(streams)]).toString());

async function drain(session, onEvent = () => undefined) {
  for await (const event of session.events) onEvent(event);
}

/** All of the speech through one session, as fast as it goes; resolves when the last of it has been heard. */
async function recognise(engine, onEvent) {
  const session = await engine.open(options, never);
  const over = drain(session, onEvent);
  for (let at = 0; at < samples.length; at += 3_200) await session.write(samples.subarray(at, at + 3_200));
  return { session, over };
}

/** What processes have used of a processor so far, in ms. Linux counts in hundredths of a second. */
const usedMs = (ids) =>
  ids.reduce((sum, id) => {
    const fields = readFileSync(`/proc/${id}/stat`, 'utf8').split(') ').at(-1).split(' ');
    return sum + 10 * (Number(fields[11]) + Number(fields[12]));
  }, 0);

async function throughput(engine) {
  const began = performance.now();
  const used = usedMs(childProcesses());
  await Promise.all(
    Array.from({ length: streams }, async () => {
      const { session, over } = await recognise(engine);
      await session.finish();
      await over;
    }),
  );
  return { tookMs: performance.now() - began, cpuMs: usedMs(childProcesses()) - used };
}

/** From `finish` to the last event: what a final takes once its audio is there. */
async function flush(engine) {
  const { session, over } = await recognise(engine);
  // What was written before has been heard: nothing waits in front of the flush.
  await new Promise((resolve) => setTimeout(resolve, 50));
  const from = performance.now();
  await session.finish();
  await over;
  return performance.now() - from;
}

/** Sessions that speak in real time, as many as are admitted of twice as many; how late their partials are, in ms. */
async function overload(engine) {
  const late = [];
  const running = [];
  let refused = 0;
  const live = async (session) => {
    const written = [];
    const reading = drain(session, (event) => {
      if (event.kind === 'hypothesis') late.push(performance.now() - (written[Math.ceil(event.end / 100) - 1] ?? 0));
    });
    const began = performance.now() + Math.random() * 100;
    for (let piece = 0; piece < secondsOfOverload * 10; piece += 1) {
      const wait = began + piece * 100 - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      const at = (piece * 1_600) % (samples.length - 1_600);
      written.push(performance.now());
      await session.write(samples.subarray(at, at + 1_600));
    }
    await session.finish();
    await reading;
  };
  const open = () =>
    engine.open(options, never).then(
      (session) => running.push(live(session)),
      () => (refused += 1),
    );
  let asked = 0;
  while (refused === 0) {
    await open();
    asked += 1;
  }
  const admitted = running.length;
  for (; asked < admitted * 2; asked += 1) await open();
  await Promise.all(running);
  return {
    admitted: running.length,
    refused,
    p50: quantile(late, 0.5),
    p95: quantile(late, 0.95),
    worst: Math.max(...late),
  };
}

const wide = createSherpaEngine({ model, processes: 1, maxSessions: streams + 1, warn: console.warn });
await throughput(wide);
const all = { direct: [], ours: [] };
for (let round = 0; round < rounds; round += 1) {
  all.direct.push(callDirectly());
  all.ours.push(await throughput(wide));
}
const flushes = [];
for (let round = 0; round < 40; round += 1) flushes.push(await flush(wide));
await wide.close();

const audioMs = streams * audioSeconds * 1000;
/** How many times real time: by the clock, which others on the machine move, and by what is used of a processor. */
const speed = (runs, of) => audioMs / quantile(runs.map(of), 0.5);
const byClock = ({ tookMs }) => tookMs;
const byProcessor = ({ cpuMs }) => cpuMs;
const directFlushes = all.direct.flatMap((run) => run.flushes);
const engine = createSherpaEngine({ model, processes: 1, warn: console.warn });
const result = {
  perCore: { direct: speed(all.direct, byProcessor), engine: speed(all.ours, byProcessor) },
  byClock: { direct: speed(all.direct, byClock), engine: speed(all.ours, byClock) },
  finalMs: { direct: quantile(directFlushes, 0.5), engine: quantile(flushes, 0.5), engineP95: quantile(flushes, 0.95) },
  overload: await overload(engine),
};
await engine.close();
rmSync(scratch, { recursive: true });

const one = (value) => value.toFixed(1);
const { finalMs, overload: over } = result;
const beside = ({ direct: library, engine: ours }) =>
  `${ours.toFixed(0)} times real time, ${library.toFixed(0)} the library called directly: ${(ours / library).toFixed(2)}`;
console.log(
  values.json
    ? JSON.stringify(result)
    : `a core of a recogniser: ${beside(result.perCore)}
by the clock: ${beside(result.byClock)}
a final once its audio is there: ${one(finalMs.engine)} ms (95 %: ${one(finalMs.engineP95)}), ${one(finalMs.direct)} ms the library called directly
twice the admitted load: ${over.admitted} sessions admitted, ${over.refused} refused; partials after ${one(over.p50)} ms, 95 %: ${one(over.p95)}, worst ${one(over.worst)}`,
);
