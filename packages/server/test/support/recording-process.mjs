/**
 * Records ruler audio into the folder that it is given, ten times as fast as it is spoken, and prints how many samples it
 * has said so far, until it is killed.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Recordings } from '../../dist/recordings/recordings.js';

const [folder, id, sampleRate] = process.argv.slice(2);
const clock = { now: () => performance.now(), wait: (ms, signal) => sleep(ms, undefined, { signal }) };
const log = { warn: (what) => console.error(what) };
const recording = new Recordings({ folder, keep: 'on', clock }).begin({
  session: { id },
  sampleRate: Number(sampleRate),
  position: 0,
  log,
});
const chunk = Number(sampleRate) / 50;
for (let at = 0; ; at += chunk) {
  recording.add(Int16Array.from({ length: chunk }, (_, i) => ((at + i) % 65_536) - 32_768));
  process.stdout.write(`${at + chunk}\n`);
  await sleep(2);
}
