/**
 * What keeping a session's audio costs, per second of it, at the rates of the engines.
 *
 * encoded: CPU of encoding alone, as fast as it goes, and bytes.
 * kept: CPU of this process, file system included, for sessions that speak at real-time pace, 20 ms at a time; and the
 *   memory of each. Speech is made by flite where it is installed, else it is noise, which is the dearest.
 *
 * Run it after `npm run build`:  node --expose-gc bench/keep-audio.mjs [--json] [--seconds=600] [--sessions=100] [--kept-seconds=15]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuUsage } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { FlacFrameEncoder, flacBlockSize, Resampler } from '@live-transcribe/audio';
import { systemClock } from '@live-transcribe/core';
import { Recordings } from '../packages/server/dist/recordings/recordings.js';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '600' },
    sessions: { type: 'string', default: '100' },
    'kept-seconds': { type: 'string', default: '15' },
  },
});
const seconds = Number(values.seconds);
const spoken = 'The quick brown fox jumps over the lazy dog, and nobody knows why it would do that every single day.';

/** Mono at 16 kHz. */
function speech() {
  const folder = mkdtempSync(join(tmpdir(), 'live-transcribe-bench-'));
  try {
    const path = join(folder, 'speech.wav');
    execFileSync('flite', ['-voice', 'slt', '-t', spoken, '-o', path]);
    return { of: 'speech', samples: new Int16Array(new Uint8Array(readFileSync(path).subarray(44)).buffer) };
  } catch {
    return { of: 'noise', samples: Int16Array.from({ length: 160_000 }, () => (Math.random() - 0.5) * 40_000) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const millisecondsOf = ({ user, system }) => (user + system) / 1_000;

/** Sessions that speak for a while, each a little after the one before, with their audio kept or not. */
async function speakPaced(whole, rate, kept) {
  const folder = mkdtempSync(join(tmpdir(), 'live-transcribe-bench-'));
  const recordings = new Recordings({ folder, keep: 'on', clock: systemClock });
  const log = { warn: (what) => console.warn(what) };
  const count = Number(values.sessions);
  const chunk = rate / 50;
  globalThis.gc?.();
  const memoryBefore = process.memoryUsage();
  const running = Array.from({ length: kept ? count : 0 }, (_, at) => {
    const id = `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`;
    return recordings.begin({ session: { id }, sampleRate: rate, position: 0, log });
  });
  const before = cpuUsage();
  const began = performance.now();
  const chunks = Number(values['kept-seconds']) * 50;
  for (let said = 0; said < chunks; said += 1) {
    await sleep(Math.max(0, began + said * 20 - performance.now()));
    const at = (said * chunk) % (whole.length - chunk);
    for (const recording of running) recording.add(whole.subarray(at, at + chunk));
  }
  const cpuMs = millisecondsOf(cpuUsage(before));
  globalThis.gc?.();
  const memory = process.memoryUsage();
  const used = memory.heapUsed + memory.arrayBuffers - memoryBefore.heapUsed - memoryBefore.arrayBuffers;
  await recordings.close();
  rmSync(folder, { recursive: true });
  return { cpuMs: cpuMs / (count * Number(values['kept-seconds'])), kilobytes: used / 1_000 / count };
}

const { of, samples } = speech();
const report = {};
for (const rate of [16_000, 24_000]) {
  const resampler = new Resampler(16_000, rate);
  const audio = Float32Array.from(samples, (sample) => sample / 32_768);
  const whole = resampler.push(audio);
  const blocks = Array.from({ length: Math.floor(whole.length / flacBlockSize) }, (_, at) =>
    whole.slice(at * flacBlockSize, (at + 1) * flacBlockSize),
  );
  const encoder = new FlacFrameEncoder(rate);
  const encode = (count) => {
    let bytes = 0;
    for (let number = 0; number < count; number += 1) {
      bytes += encoder.encode(blocks[number % blocks.length], number).length;
    }
    return bytes;
  };
  encode(500);
  const count = Math.round((seconds * rate) / flacBlockSize);
  const before = cpuUsage();
  const bytes = encode(count);
  const cpuMs = millisecondsOf(cpuUsage(before));
  const audioSeconds = (count * flacBlockSize) / rate;
  report[`${of} at ${rate} Hz`] = {
    'encoded, CPU ms/s': cpuMs / audioSeconds,
    'kept, CPU ms/s': (await speakPaced(whole, rate, true)).cpuMs - (await speakPaced(whole, rate, false)).cpuMs,
    'kept, kB a session': (await speakPaced(whole, rate, true)).kilobytes,
    'kB/s': bytes / 1_000 / audioSeconds,
    'of PCM': bytes / (count * flacBlockSize * 2),
    'MB/h': (bytes / 1e6 / audioSeconds) * 3_600,
  };
}
if (values.json) console.log(JSON.stringify(report, undefined, 2));
else console.table(report);
