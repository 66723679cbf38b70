// The engine sherpa beside the library called directly, in one run; with the tiny model, made as costly as a real one is.
//   npm run build && node bench/sherpa.mjs [--json] [--tiny] [--model <folder of a nemo-ctc model>]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
const streams = 8;
/** Of processes: where in memory one happens to lie makes it up to 5 % faster or slower. */
const pairs = 8;
/** In each process, one and the other by turns; the first seconds of each, while code is still being compiled, do not count. */
const rounds = 4;
const warmups = 6;
const flushesEach = 10;
const secondsOfOverload = 15;

const phrases = ['three seven sixty one', 'hello stop left right', 'yes four eight no', 'seventy two ninety one'];
const parts = await Promise.all(phrases.map((text) => speak(text, { leadMs: 1_000 })));
// Twice: beside so much audio the beginning and the end of a session weigh as little as they do in life.
const samples = Int16Array.from([...parts, ...parts].flatMap((part) => [...part]));
const audioSeconds = samples.length / 16_000;

const file = join(scratch, 'speech.pcm');
writeFileSync(file, new Uint8Array(samples.buffer));

const quantile = (list, share) =>
  list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))];
/** For each session a signal of its own, as the gateway has it. */
const open = (engine) => engine.open(options, new AbortController().signal);

async function drain(session, onEvent = () => undefined) {
  for await (const event of session.events) onEvent(event);
}

/** All of the speech through one session, as fast as it goes; resolves when the last of it has been heard. */
async function recognise(engine, onEvent) {
  const session = await open(engine);
  const over = drain(session, onEvent);
  for (let at = 0; at < samples.length; at += 3_200) await session.write(samples.subarray(at, at + 3_200));
  return { session, over };
}

/** What a process has used of a processor so far, all its threads together, in ms. */
const usedMs = (id) =>
  readdirSync(`/proc/${id}/task`).reduce((sum, thread) => {
    const [nanoseconds] = readFileSync(`/proc/${id}/task/${thread}/schedstat`, 'utf8').split(' ');
    return sum + Number(nanoseconds) / 1e6;
  }, 0);

/** What `work` takes by the clock, and of the processor that the process `id` uses. */
async function measured(id, work) {
  const began = performance.now();
  const used = usedMs(id);
  const clockMs = (await work())?.tookMs ?? performance.now() - began;
  return { clockMs, processorMs: usedMs(id) - used };
}

const recogniseAll = (engine) =>
  Promise.all(
    Array.from({ length: streams }, async () => {
      const { session, over } = await recognise(engine);
      await session.finish();
      await over;
    }),
  );

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
  const another = () =>
    open(engine).then(
      (session) => running.push(live(session)),
      () => (refused += 1),
    );
  let asked = 0;
  while (refused === 0) {
    await another();
    asked += 1;
  }
  const admitted = running.length;
  for (; asked < admitted * 2; asked += 1) await another();
  await Promise.all(running);
  return {
    admitted: running.length,
    refused,
    p50: quantile(late, 0.5),
    p95: quantile(late, 0.95),
    worst: Math.max(...late),
  };
}

/** One recogniser and one process that calls the library directly, by turns. */
async function compare(sums, flushes) {
  const engine = createSherpaEngine({ model, processes: 1, maxSessions: streams + 1, warn: console.warn });
  await (await open(engine)).finish();
  const [recogniser] = childProcesses();
  const library = fork(direct, [folder, file]);
  await once(library, 'message');
  const ask = async (count) => {
    library.send({ streams: count });
    return (await once(library, 'message'))[0];
  };
  for (let round = -warmups; round < rounds; round += 1) {
    const byLibrary = await measured(library.pid, () => ask(streams));
    const byEngine = await measured(recogniser, async () => void (await recogniseAll(engine)));
    if (round < 0) continue;
    for (const kind of ['clockMs', 'processorMs']) {
      sums.direct[kind] += byLibrary[kind];
      sums.engine[kind] += byEngine[kind];
    }
  }
  for (let round = 0; round < flushesEach; round += 1) {
    flushes.direct.push((await ask(1)).flushMs);
    flushes.engine.push(await flush(engine));
  }
  library.kill();
  await once(library, 'exit');
  await engine.close();
}

const sums = { direct: { clockMs: 0, processorMs: 0 }, engine: { clockMs: 0, processorMs: 0 } };
const flushes = { direct: [], engine: [] };
for (let pair = 0; pair < pairs; pair += 1) await compare(sums, flushes);

const audioMs = pairs * rounds * streams * audioSeconds * 1000;
/** How many times real time: by the clock, which others on the machine move, and by what is used of a processor. */
const speed = (kind) => ({ direct: audioMs / sums.direct[kind], engine: audioMs / sums.engine[kind] });
const engine = createSherpaEngine({ model, processes: 1, warn: console.warn });
const result = {
  perCore: speed('processorMs'),
  byClock: speed('clockMs'),
  finalMs: {
    direct: quantile(flushes.direct, 0.5),
    engine: quantile(flushes.engine, 0.5),
    engineP95: quantile(flushes.engine, 0.95),
  },
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
