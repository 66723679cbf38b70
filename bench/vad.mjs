/**
 * How well the speech detector tells speech from pauses, and what it costs. The speech is flite's, in three voices with
 * pauses of 0.3 to 3 s, alone and in white and pink noise; then hurried, with 0.12 to 0.18 s between sentences, where
 * utterances are ended by a limit of 10 s. Recordings (anything ffmpeg reads) may be named; their quiet is their pauses.
 *
 * kept: share of the speech that is inside utterances; speech is what the clean signal has within 40 dB of its level.
 * quiet: share of the pauses of 0.5 s and more that is outside of them; of all and of what the prefix and the tail leave.
 * cuts: edges within a word, to be strict within anything that has no gap of 100 ms.
 * F1: of frames, against the speech with its shorter pauses and without any padding.
 *
 * Run it after `npm run build`:  node bench/vad.mjs [--json] [recording ...]
 */
import { execFileSync } from 'node:child_process';
import { basename } from 'node:path';
import { cpuUsage, memoryUsage } from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { peakAndRms, Resampler } from '@live-transcribe/audio';
import { seeded, speak, speechRate } from '@live-transcribe/testkit';
import { SpeechDetector } from '@live-transcribe/vad';

const rate = 24_000;
const frame = rate / 100;
const levelDb = -26;
/** What is 40 dB below the speech is not part of a word; between two such frames less than 100 ms apart is. */
const speechDb = 40;
const islandFrames = 10;
const silenceFrames = 50;
/** By default as much before an utterance and after it belongs to it. */
const prefixFrames = 30;
const tailFrames = 20;
const chunkSamples = 480;
const detectors = 500;
/** Of full scale; what an energy gate would compare with. */
const gate = 0.01;

const sentences = [
  'Please call me back tomorrow morning at nine.',
  'Yes.',
  'We need to talk about the new project, if you have some time.',
  'A train leaves the station at seven.',
  'Six thick thistle sticks fell off his ship.',
  'No, I do not think so.',
  'He went to the store to buy some milk, and she stayed at home with the children.',
  'Up.',
  'The quick brown fox jumps over the lazy dog.',
  'How far is it?',
  'Which size fits?',
  'My name is John and I live in London, where it rains most of the time, even in the summer.',
];

const power = (samples) => samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
const powers = (samples) =>
  Float64Array.from({ length: Math.floor(samples.length / frame) }, (_, i) =>
    power(samples.subarray(i * frame, (i + 1) * frame)),
  );

/** The mean power of what is not 30 dB below the loudest. */
function activePower(frames) {
  const loudest = Math.max(...frames);
  const active = frames.filter((each) => each > loudest / 1_000);
  return active.reduce((sum, each) => sum + each, 0) / active.length;
}

/** Samples as floats at a level that all sources share. */
function levelled(samples) {
  const gain = (32_768 * 10 ** (levelDb / 20)) / Math.sqrt(activePower(powers(samples)));
  return Float64Array.from(samples, (sample) => sample * gain);
}

/** Without the silence that flite puts around it. */
async function trimmed(sentence, voice) {
  const resampler = new Resampler(speechRate, rate);
  const speech = await speak(sentence, { voice });
  const samples = Int16Array.from([...resampler.push(speech), ...resampler.flush()]);
  const frames = powers(samples);
  const isSpeech = (each) => each > activePower(frames) / 10 ** (speechDb / 10);
  return samples.subarray(frames.findIndex(isSpeech) * frame, (frames.findLastIndex(isSpeech) + 1) * frame);
}

/** A pause of `from` to `to` seconds before each sentence. */
async function composed(voice, seed, from, to) {
  const random = seeded(seed);
  const parts = [];
  for (const sentence of [...sentences, ...sentences]) {
    const pause = from + (to - from) * random();
    parts.push(new Int16Array(Math.round(pause * rate)), await trimmed(sentence, voice));
  }
  parts.push(new Int16Array(rate));
  return levelled(Int16Array.from(parts.flatMap((part) => [...part])));
}

function recording(path) {
  const args = ['-loglevel', 'error', '-i', path, '-ac', '1', '-ar', String(rate), '-f', 's16le', '-'];
  const bytes = execFileSync('ffmpeg', args, { maxBuffer: 2 ** 28 });
  return levelled(new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)));
}

const noises = {
  white: (random) => () => random() - 0.5,
  /** Paul Kellet's economy filter: within 0.5 dB of -3 dB an octave. */
  pink: (random) => {
    let [a, b, c] = [0, 0, 0];
    return () => {
      const white = random() - 0.5;
      a = 0.99765 * a + white * 0.099046;
      b = 0.963 * b + white * 0.2965164;
      c = 0.57 * c + white * 1.0526913;
      return a + b + c + white * 0.1848;
    };
  },
};

function noisy(speech, kind, snr) {
  if (kind === undefined) return Int16Array.from(speech, Math.round);
  const next = noises[kind](seeded(99));
  const noise = Float64Array.from(speech, next);
  const gain = (32_768 * 10 ** ((levelDb - snr) / 20)) / Math.sqrt(power(noise));
  return Int16Array.from(speech, (sample, i) =>
    Math.max(-32_768, Math.min(32_767, Math.round(sample + gain * noise[i]))),
  );
}

/** Runs of frames for which `is` holds, as [from, to), those less than `gap` apart as one. */
function runs(length, is, gap) {
  const found = [];
  for (let i = 0; i < length; i++) {
    if (!is(i)) continue;
    const last = found.at(-1);
    if (last && i - last[1] < gap) last[1] = i + 1;
    else found.push([i, i + 1]);
  }
  return found;
}

const flags = (length, list) => {
  const set = new Uint8Array(length);
  for (const [from, to] of list) set.fill(1, Math.max(0, Math.round(from)), Math.round(to));
  return set;
};

async function utterancesIn(samples, options) {
  const detector = new SpeechDetector({ sampleRate: rate, ...options });
  const found = [];
  for (let at = 0; at < samples.length; at += chunkSamples) {
    for (const edge of detector.push(samples.subarray(at, at + chunkSamples))) {
      if (edge.kind === 'started') found.push([edge.at / frame, samples.length / frame]);
      else found.at(-1)[1] = edge.at / frame;
    }
  }
  return found;
}

/** A recording has noise of its own: what is not 10 dB over its quietest frames is no speech to be sure of. */
function leastSpeech(frames) {
  const quietest = frames.toSorted()[Math.floor(frames.length / 20)];
  return Math.max(activePower(frames) / 10 ** (speechDb / 10), 10 * quietest);
}

async function score(speech, samples, options) {
  const frames = powers(speech);
  const least = leastSpeech(frames);
  const isSpeech = (i) => frames[i] > least;
  const islands = runs(frames.length, isSpeech, islandFrames);
  const spoken = runs(frames.length, isSpeech, silenceFrames);
  const wanted = flags(frames.length, spoken);
  const padded = flags(
    frames.length,
    spoken.map(([from, to]) => [from - prefixFrames, to + tailFrames]),
  );
  const utterances = await utterancesIn(samples, options);
  const inside = flags(frames.length, utterances);
  const count = { speech: 0, kept: 0, pause: 0, open: 0, quiet: 0, hit: 0, wanted: 0, found: 0 };
  for (let i = 0; i < frames.length; i++) {
    count.speech += isSpeech(i);
    count.kept += isSpeech(i) && inside[i];
    count.wanted += wanted[i];
    count.found += inside[i];
    count.hit += wanted[i] && inside[i];
    count.pause += !wanted[i];
    count.open += !padded[i];
    count.quiet += !wanted[i] && !inside[i];
  }
  const edges = utterances.flat().filter((at) => at < frames.length);
  const cuts = edges.filter((at) => islands.some(([from, to]) => from < at && at < to)).length;
  return { ...count, cuts, utterances: utterances.length, spoken: spoken.length };
}

const rounded = (value, digits) => Number(value.toFixed(digits));

async function row(audio, speeches, options, kind, snr) {
  const scores = [];
  for (const speech of speeches) scores.push(await score(speech, noisy(speech, kind, snr), options));
  const total = (key) => scores.reduce((sum, each) => sum + each[key], 0);
  return {
    audio,
    noise: kind === undefined ? 'none' : `${kind} ${snr} dB`,
    kept: rounded(total('kept') / total('speech'), 5),
    quiet: rounded(total('quiet') / total('pause'), 3),
    'of the rest': rounded(Math.min(1, total('quiet') / total('open')), 3),
    cuts: total('cuts'),
    F1: rounded((2 * total('hit')) / (total('wanted') + total('found')), 3),
    utterances: total('utterances'),
    spoken: total('spoken'),
  };
}

/** CPU milliseconds for a second of audio in messages of 20 ms. */
function cpuMsPerSecond(samples, chunk, push) {
  const start = cpuUsage();
  for (let at = 0; at + chunk <= samples.length; at += chunk) push(samples.subarray(at, at + chunk));
  const { user, system } = cpuUsage(start);
  return (user + system) / 1000 / (samples.length / chunk / 50);
}

function cost(samples, sampleRate) {
  const chunk = sampleRate / 50;
  const detector = new SpeechDetector({ sampleRate });
  const best = (push) => Math.min(...Array.from({ length: 8 }, () => cpuMsPerSecond(samples, chunk, push)));
  const detectorMs = best((part) => detector.push(part));
  const gateMs = best((part) => peakAndRms(part).rms > gate);
  return {
    rate: sampleRate,
    'ms/s': rounded(detectorMs, 3),
    'energy gate': rounded(gateMs, 3),
    'us in turns': rounded(usInTurns(samples, sampleRate), 1),
  };
}

/** CPU microseconds for a message of 100 ms, with 300 streams that take turns, so that none finds its memory in the cache. */
function usInTurns(samples, sampleRate) {
  const chunk = sampleRate / 10;
  const turns = Array.from({ length: 300 }, (_, i) => ({
    detector: new SpeechDetector({ sampleRate }),
    samples: samples.slice(i * chunk, (i + 10) * chunk),
  }));
  const round = () => {
    const start = cpuUsage();
    for (let at = 0; at < 10 * chunk; at += chunk) {
      for (const each of turns) each.detector.push(each.samples.subarray(at, at + chunk));
    }
    const { user, system } = cpuUsage(start);
    return (user + system) / 10 / turns.length;
  };
  return Math.min(...Array.from({ length: 8 }, round));
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

/** KiB for one of 500 that are open and in use, and how much the process grew for all of them. */
function memory() {
  const chunk = new Int16Array(chunkSamples + 1);
  const open = () => {
    const detector = new SpeechDetector({ sampleRate: rate });
    detector.push(chunk);
    return detector;
  };
  const held = () => {
    for (let i = 0; i < 4; i++) collectGarbage();
    return memoryUsage();
  };
  open();
  const before = held();
  const all = [];
  for (let i = 0; i < detectors; i++) all.push(open());
  const after = held();
  const grown = (key) => (after[key] - before[key]) / 1024;
  return {
    detectors,
    'KiB each': rounded((grown('heapUsed') + grown('external')) / detectors, 1),
    'resident KiB each': rounded(grown('rss') / detectors, 1),
  };
}

// Before there is other garbage.
const held = memory();
const voices = ['slt', 'rms', 'awb'];
const sources = [
  ['flite', await Promise.all(voices.map((voice, i) => composed(voice, i + 1, 0.3, 3))), {}],
  [
    'hurried',
    await Promise.all(voices.map((voice, i) => composed(voice, i + 1, 0.12, 0.18))),
    { maxUtteranceMs: 10_000 },
  ],
  ...process.argv
    .slice(2)
    .filter((argument) => !argument.startsWith('--'))
    .map((path) => [basename(path), [recording(path)], {}]),
];
const rows = [];
for (const [name, speeches, options] of sources) {
  rows.push(await row(name, speeches, options));
  for (const kind of Object.keys(noises)) {
    for (const snr of [20, 10, 5]) rows.push(await row(name, speeches, options, kind, snr));
  }
}
const samples = noisy(sources[0][1][0], 'pink', 20);
const costs = [cost(samples, 24_000), cost(samples, 16_000)];

if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ detection: rows, cost: costs, memory: held }));
} else {
  console.table(rows);
  console.table(costs);
  console.table([held]);
}
