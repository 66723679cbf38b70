import { ffmpeg, mutate, seeded, speak, speechRate, wavBytes } from '@live-transcribe/testkit';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { AudioError, Intake } from '../src/index.ts';
import { cutAnywhere } from './random.ts';

const fragmented = '-movflags frag_keyframe+empty_moov+default_base_moof -frag_duration 100000 -f mp4';
const recordings: readonly (readonly [name: string, args: string])[] = [
  ['WebM/Opus', '-c:a libopus -b:a 24k -live 1 -cluster_time_limit 100 -f webm'],
  ['Matroska/PCM', '-c:a pcm_s16le -f matroska'],
  ['Ogg/Opus', '-c:a libopus -b:a 24k -page_duration 40000 -f ogg'],
  ['Ogg/FLAC', '-c:a flac -f ogg'],
  ['Ogg/Vorbis', '-c:a libvorbis -f ogg'],
  ['MP4/Opus', `-c:a libopus -b:a 24k ${fragmented}`],
  ['WAV', '-f wav'],
  ['FLAC', '-f flac'],
  ['MP3', '-c:a libmp3lame -b:a 32k -f mp3'],
];

/** The many inputs are in `bench/fuzz.mjs`; these see that nothing has changed since. */
const inputs = 250;
const seconds = 0.4;

let spoken: Uint8Array;
beforeAll(async () => {
  spoken = wavBytes(await speak('Break it.'), speechRate);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Samples of what could be decoded; an `AudioError` is an answer, anything else is thrown. */
async function listen(bytes: Uint8Array, seed: number): Promise<number | 'refused'> {
  const intake = new Intake({ declared: { encoding: 'auto', sampleRate: 16_000, channels: 1 }, sampleRate: 24_000 });
  let samples = 0;
  try {
    for (const piece of cutAnywhere(seeded(seed), bytes)) samples += (await intake.push(piece)).length;
    return samples + (await intake.end()).length;
  } catch (error) {
    if (!(error instanceof AudioError)) throw new Error(`seed ${seed}`, { cause: error });
    return 'refused';
  } finally {
    intake.free();
  }
}

describe('mutated recordings through the whole intake', () => {
  it.each(recordings)('%s ends in samples or in a typed error, with a clean log', async (_name, args) => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    const original = ffmpeg(
      ['-i', 'pipe:0', '-t', String(seconds), '-ar', '48000', ...args.split(' '), 'pipe:1'],
      spoken,
    );
    const whole = await listen(original, 0);
    expect(whole).toBeGreaterThan(0.9 * seconds * 24_000);
    let heard = 0;
    for (let seed = 0; seed < inputs; seed++) {
      const samples = await listen(mutate(seeded(seed), original), seed);
      if (typeof samples === 'number' && samples > 0) heard++;
    }
    expect(heard).toBeGreaterThan(inputs / 10);
    expect(log).not.toHaveBeenCalled();
  });
});
