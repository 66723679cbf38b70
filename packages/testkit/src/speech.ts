import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { msToSamples, wavFile } from '@live-transcribe/audio';

/** Hz, of what flite's voices speak. */
export const speechRate = 16_000;

const flite = '/usr/bin/flite';
const headerBytes = 44;

export interface SpeakOptions {
  readonly voice?: 'slt' | 'rms' | 'awb';
  /** Silence before and after, in ms. */
  readonly leadMs?: number;
  readonly trailMs?: number;
}

/** Why there can be no speech on this machine; `undefined` when there can. */
export function speechToolsMissing(): string | undefined {
  return existsSync(flite) ? undefined : 'flite (apt-get install flite)';
}

/** Mono speech at 16 kHz, made by Debian's flite: the same samples for the same text, always. */
export async function speak(text: string, options: SpeakOptions = {}): Promise<Int16Array> {
  const { voice = 'slt', leadMs = 0, trailMs = 0 } = options;
  const folder = await mkdtemp(join(tmpdir(), 'live-transcribe-speech-'));
  try {
    const file = join(folder, 'speech.wav');
    await promisify(execFile)(flite, ['-voice', voice, '-t', text, '-o', file]);
    const bytes = await readFile(file);
    const voiceRate = bytes.readUInt32LE(24);
    if (voiceRate !== speechRate) throw new Error(`flite spoke at ${voiceRate} Hz.`);
    const spoken = new Int16Array(bytes.buffer.slice(bytes.byteOffset + headerBytes, bytes.byteOffset + bytes.length));
    const lead = msToSamples(leadMs, speechRate);
    const samples = new Int16Array(lead + spoken.length + msToSamples(trailMs, speechRate));
    samples.set(spoken, lead);
    return samples;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Two words spoken at the same time, one of them softer, with half a second of silence before and more behind: what was said can be doubted. */
export async function speakAtOnce(softer: string, louder: string): Promise<Int16Array> {
  const [one, other] = await Promise.all([speak(softer), speak(louder)]);
  const lead = speechRate / 2;
  const samples = new Int16Array(lead + Math.max(one.length, other.length) + speechRate);
  for (const [word, share] of [
    [one, 0.4],
    [other, 0.6],
  ] as const)
    for (const [at, sample] of word.entries()) samples[lead + at] = (samples[lead + at] ?? 0) + share * sample;
  return samples;
}

/** Mono PCM16 at `sampleRate` Hz as a WAV file's bytes. */
export const wavBytes = (samples: Int16Array, sampleRate: number): Buffer =>
  Buffer.from(wavFile(samples, sampleRate).buffer);
