import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { between, gaussian, pick } from './random.mjs';
import { phrase, textOf } from './vocabulary.mjs';

const rate = 16_000;
const headerBytes = 44;
const run = promisify(execFile);

/** Phrases spoken by flite's voices, faster and slower: `{ samples (from -1 to 1), numbers, voice }`. */
export async function speakPhrases(random, count) {
  const folder = await mkdtemp(join(tmpdir(), 'tiny-model-'));
  try {
    const phrases = [];
    for (let index = 0; index < count; index += 1) phrases.push(await speakPhrase(random, join(folder, 'speech.wav')));
    return phrases;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function speakPhrase(random, file) {
  const words = phrase(random);
  const text = words.map(textOf).join(random() < 0.2 ? ', ' : ' ');
  const stretch = between(random, 0.85, 1.25).toFixed(3);
  const voice = pick(random, ['slt', 'slt', 'rms', 'awb']);
  await run('flite', ['-voice', voice, '--setf', `duration_stretch=${stretch}`, '-t', text, '-o', file]);
  const bytes = await readFile(file);
  const samples = Float32Array.from({ length: (bytes.length - headerBytes) >> 1 }, (_, index) => {
    return bytes.readInt16LE(headerBytes + 2 * index) / 32_768;
  });
  return { samples, numbers: words.flat(), voice };
}

/** The phrase anew: louder or softer, in noise, with silence around it. */
export function vary(random, { samples, numbers }) {
  const lead = Math.floor(between(random, 0, 0.8) * rate);
  const trail = Math.floor(between(random, 0.6, 1.2) * rate);
  const gain = 10 ** (between(random, -14, 4) / 20);
  // Digital silence too: that is what files begin and end with.
  const noise = random() < 0.3 ? 0 : 10 ** (between(random, -85, -35) / 20);
  const colour = random() * 0.9;
  const varied = new Float32Array(lead + samples.length + trail);
  let before = 0;
  for (let index = 0; index < varied.length; index += 1) {
    if (noise > 0) before = colour * before + gaussian(random) * noise * (1 - colour);
    const spoken = index >= lead ? (samples[index - lead] ?? 0) : 0;
    varied[index] = spoken * gain + before;
  }
  return { samples: varied, numbers };
}
