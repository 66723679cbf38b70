/**
 * What resampling costs: CPU milliseconds for one second of mono 16-bit audio, by the WebAssembly kernel and by its
 * JavaScript twin, in messages of 20 and 100 ms. Beside it stands linear interpolation, the cheapest thing that could be
 * called resampling (it folds hiss into speech); the ratio to it, at 20 ms, compares machines and changes better than the
 * milliseconds do. Then microseconds for a message of 100 ms as the gateway makes the call, into an array that the stream
 * keeps, with 300 streams that take turns, so that none finds its memory in the cache. Also what the filter does to tones,
 * how late the output is, and what an open resampler holds.
 *
 * Run it after `npm run build`:  node bench/resample.mjs [--json]
 */
import { cpuUsage, memoryUsage } from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { peakAndRms, Resampler } from '@live-transcribe/audio/resample';

const pairs = [
  [16_000, 24_000],
  [48_000, 24_000],
  [48_000, 16_000],
  [44_100, 24_000],
  [44_101, 24_000],
  [192_000, 16_000],
];
const seconds = 20;
const rounds = 8;
const opened = 500;
const streams = 300;

function linear(inputRate, outputRate) {
  const step = inputRate / outputRate;
  let position = 0;
  let before = 0;
  return (input) => {
    const output = new Int16Array(Math.ceil((input.length - position) / step));
    for (let i = 0; i < output.length; i++, position += step) {
      const at = Math.floor(position);
      const left = at === 0 ? before : input[at - 1];
      output[i] = Math.round(left + (input[at] - left) * (position - at));
    }
    position -= input.length;
    before = input[input.length - 1];
    return output;
  };
}

function cpuMsPerSecond(rate, messageMs, push) {
  const chunk = Int16Array.from({ length: (rate * messageMs) / 1000 }, () => (Math.random() - 0.5) * 40_000);
  const start = cpuUsage();
  for (let ms = 0; ms < seconds * 1000; ms += messageMs) push(chunk);
  const { user, system } = cpuUsage(start);
  return (user + system) / 1000 / seconds;
}

const best = (measure) => Math.min(...Array.from({ length: rounds }, measure));

/** Of one message of 100 ms each, from streams that take turns. */
function usInTurns(from, to) {
  const turns = Array.from({ length: streams }, () => ({
    resampler: new Resampler(from, to),
    chunk: Int16Array.from({ length: from / 10 }, () => (Math.random() - 0.5) * 40_000),
  }));
  const round = () => {
    const start = cpuUsage();
    for (let i = 0; i < 10; i++) for (const { resampler, chunk } of turns) resampler.reuse(chunk);
    const { user, system } = cpuUsage(start);
    return (user + system) / 10 / streams;
  };
  return best(round);
}

/** The level of what comes out for a sine of full scale less 6 dB, in dB of what went in. */
function levelOfTone(inputRate, outputRate, frequency) {
  const resampler = new Resampler(inputRate, outputRate);
  const tone = Float32Array.from(
    { length: inputRate },
    (_, i) => 0.5 * Math.sin((2 * Math.PI * frequency * i) / inputRate),
  );
  const settled = resampler.push(tone).subarray(2_000);
  const power = settled.reduce((sum, sample) => sum + sample * sample, 0) / settled.length;
  return 10 * Math.log10(Math.max(power, 1e-3) / (16_384 ** 2 / 2));
}

/** In samples of the lower rate. */
const delay = (from, to) =>
  ((to - new Resampler(from, to).push(new Int16Array(from)).length) * Math.min(from, to)) / to;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

/** KiB for one of many that are open and in use; the tables they share are there already. */
function kibHeld(from, to) {
  const held = () => {
    for (let i = 0; i < 4; i++) collectGarbage();
    const { heapUsed, arrayBuffers } = memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const chunk = new Int16Array(from / 50);
  new Resampler(from, to).push(chunk);
  const before = held();
  const open = Array.from({ length: opened }, () => new Resampler(from, to));
  for (const resampler of open) resampler.push(chunk);
  return (held() - before) / open.length / 1024;
}

const rounded = (value, digits) => Number(value.toFixed(digits));

// Before there is any other garbage. The first run only warms up.
kibHeld(...pairs[0]);
const held = pairs.map(([from, to]) => kibHeld(from, to));

const rows = pairs.map(([from, to], index) => {
  const lower = Math.min(from, to);
  const cost = (arithmetic, messageMs) => {
    const resampler = new Resampler(from, to, { arithmetic });
    return best(() => cpuMsPerSecond(from, messageMs, (chunk) => resampler.push(chunk)));
  };
  const interpolate = linear(from, to);
  const linearMs = best(() => cpuMsPerSecond(from, 20, interpolate));
  const kernelMs = cost('webassembly', 20);
  const passband = Array.from({ length: 42 }, (_, i) => Math.abs(levelOfTone(from, to, ((i + 1) / 100) * lower)));
  const beyond = [0.5, 0.505, 0.51, 0.52, 0.53, 0.55, 0.6, 0.7, 0.8, 0.95]
    .map((part) => part * lower)
    .filter((hz) => hz < from / 2);
  return {
    pair: `${from} -> ${to}`,
    'ms/s': rounded(kernelMs, 3),
    '100 ms': rounded(cost('webassembly', 100), 3),
    'us in turns': rounded(usInTurns(from, to), 1),
    JavaScript: rounded(cost('javascript', 20), 2),
    'its 100 ms': rounded(cost('javascript', 100), 2),
    linear: rounded(linearMs, 2),
    ratio: rounded(kernelMs / linearMs, 2),
    'ripple, dB': rounded(Math.max(...passband), 2),
    'aliases, dB': beyond.length > 0 ? rounded(Math.max(...beyond.map((hz) => levelOfTone(from, to, hz))), 1) : '-',
    'delay, samples': rounded(delay(from, to), 1),
    'KiB each': rounded(held[index], 1),
  };
});
const levelMs = rounded(
  best(() => cpuMsPerSecond(24_000, 20, peakAndRms)),
  3,
);

if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ resampling: rows, level: levelMs }));
} else {
  console.table(rows);
  console.log(`The level of a second at 24 kHz: ${levelMs} ms`);
}
