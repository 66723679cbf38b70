/**
 * What keeping a session's audio costs: encoding speech as FLAC, as the server does it while somebody speaks.
 *
 * CPU per second of audio, and bytes per second, at the rates of the engines; speech is made by flite where it is
 * installed, else it is noise, which is the dearest.
 *
 * Run it after `npm run build`:  node bench/keep-audio.mjs [--json] [--seconds=600]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuUsage } from 'node:process';
import { parseArgs } from 'node:util';
import { FlacFrameEncoder, flacBlockSize, Resampler } from '@live-transcribe/audio';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, seconds: { type: 'string', default: '600' } },
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
  const { user, system } = cpuUsage(before);
  const audioSeconds = (count * flacBlockSize) / rate;
  report[`${of} at ${rate} Hz`] = {
    'CPU ms/s': (user + system) / 1_000 / audioSeconds,
    'kB/s': bytes / 1_000 / audioSeconds,
    'of PCM': bytes / (count * flacBlockSize * 2),
    'MB/h': (bytes / 1e6 / audioSeconds) * 3_600,
  };
}
if (values.json) console.log(JSON.stringify(report, undefined, 2));
else console.table(report);
