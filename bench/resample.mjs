/**
 * What resampling costs: CPU milliseconds for one second of mono 16-bit audio in messages of 20 ms. Beside it stands linear
 * interpolation, the cheapest thing that could be called resampling (it folds hiss into speech); the ratio between the two
 * compares machines and changes better than the milliseconds do. Also what the filter does to tones.
 *
 * Run it after `npm run build`:  node bench/resample.mjs [--json]
 */
import { cpuUsage } from 'node:process';
import { Resampler } from '@live-transcribe/audio/resample';

const pairs = [
  [16_000, 24_000],
  [48_000, 24_000],
  [48_000, 16_000],
  [44_100, 24_000],
  [44_101, 24_000],
];
const seconds = 20;
const rounds = 5;

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

function cpuMsPerSecond(inputRate, push) {
  const chunk = Int16Array.from({ length: inputRate / 50 }, () => (Math.random() - 0.5) * 40_000);
  const start = cpuUsage();
  for (let i = 0; i < seconds * 50; i++) push(chunk);
  const { user, system } = cpuUsage(start);
  return (user + system) / 1000 / seconds;
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

const best = (measure) => Math.min(...Array.from({ length: rounds }, measure));

const rows = pairs.map(([from, to]) => {
  const lower = Math.min(from, to);
  const resampler = new Resampler(from, to);
  const interpolate = linear(from, to);
  const ms = best(() => cpuMsPerSecond(from, (chunk) => resampler.push(chunk)));
  const linearMs = best(() => cpuMsPerSecond(from, interpolate));
  const passband = [0.05, 0.1, 0.2, 0.3, 0.38, 0.4, 0.42].map((part) => Math.abs(levelOfTone(from, to, part * lower)));
  const beyond = [0.5, 0.51, 0.53, 0.6, 0.7, 0.8, 0.95].map((part) => part * lower).filter((hz) => hz < from / 2);
  return {
    pair: `${from} -> ${to}`,
    'ms/s': Number(ms.toFixed(2)),
    'linear ms/s': Number(linearMs.toFixed(2)),
    ratio: Number((ms / linearMs).toFixed(1)),
    'ripple to 0.42, dB': Number(Math.max(...passband).toFixed(3)),
    'aliases, dB':
      beyond.length > 0 ? Number(Math.max(...beyond.map((hz) => levelOfTone(from, to, hz))).toFixed(1)) : '-',
  };
});

if (process.argv.includes('--json')) console.log(JSON.stringify(rows));
else console.table(rows);
