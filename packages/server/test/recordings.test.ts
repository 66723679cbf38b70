import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { joinSamples } from '@live-transcribe/audio';
import { ManualClock, seeded } from '@live-transcribe/testkit';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Recording } from '../src/recordings/recording.ts';
import { Recordings, type RecordingsOptions } from '../src/recordings/recordings.ts';
import { flacSamples } from './support/flac-samples.ts';

const sampleRate = 24_000;
const id = '00000000-0000-4000-8000-000000000001';
const log = pino({ level: 'silent' });
const hourMs = 3_600_000;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'live-transcribe-recordings-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const pathOf = (name = id) => join(folder, `${name}.flac`);

const recordings = (options: Partial<RecordingsOptions> = {}) =>
  new Recordings({ folder, keep: 'on', clock: new ManualClock(), ...options });

function begin(kept: Recordings, position = 0, session = id, to = log): Recording {
  const recording = kept.begin({ session: { id: session }, sampleRate, position, log: to });
  if (!recording) throw new Error('It should be kept.');
  return recording;
}

/** A sum of sines with some noise, of which each sample is known by its place. */
function speech(random: () => number, from: number, to: number): Int16Array {
  const noise = seeded(Math.floor(random() * 1_000));
  return Int16Array.from({ length: to - from }, (_, i) =>
    Math.round(8_000 * Math.sin((from + i) / 11) + 3_000 * Math.sin((from + i) / 3) + 500 * (noise() - 0.5)),
  );
}

/** Adds in chunks of any length, and lets the disk come in between. */
async function add(recording: Recording, samples: Int16Array, random: () => number): Promise<void> {
  for (let at = 0; at < samples.length; ) {
    const length = 1 + Math.floor(random() ** 2 * 9_000);
    recording.add(samples.subarray(at, at + length));
    at += length;
    await recording.room();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What a client would be given now. */
async function read(kept: Recordings, session = id) {
  const opened = await kept.open(session);
  if (!opened) return undefined;
  const { file, start, bytes, samples, missing } = opened;
  const whole = Buffer.from((await file.readFile()).subarray(0, bytes));
  whole.set(start);
  await file.close();
  return { samples, missing, audio: await flacSamples(whole, sampleRate) };
}

/** Where they differ first; -1 where they do not. Faster than `toEqual` by much. */
function difference(audio: Int16Array | undefined, expected: Int16Array): number {
  if (audio?.length !== expected.length) return Math.min(audio?.length ?? 0, expected.length);
  return audio.findIndex((sample, at) => sample !== expected[at]);
}

async function expectHeld(kept: Recordings, expected: Int16Array, missing = 0, seed = 0): Promise<void> {
  const state = await read(kept);
  expect({ samples: state?.samples, missing: state?.missing }, `seed ${seed}`).toEqual({
    samples: expected.length,
    missing,
  });
  expect(difference(state?.audio, expected), `seed ${seed}`).toBe(-1);
}

function silent(length: number): Int16Array {
  return new Int16Array(length);
}

const join16 = (...parts: readonly Int16Array[]): Int16Array => joinSamples(parts);

describe('a recording', () => {
  it('gives back what was added, sample by sample, and is as long', async () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const random = seeded(seed);
      const audio = speech(random, 0, Math.floor(random() * 120_000) + 1);
      const kept = recordings();
      const recording = begin(kept);
      await add(recording, audio, random);
      await recording.end();
      await expectHeld(kept, audio, 0, seed);
      await kept.remove(id);
    }
  });

  it('is there while it is written, but for the last second', async () => {
    const kept = recordings();
    const recording = begin(kept);
    const audio = speech(seeded(3), 0, 10 * sampleRate);
    for (let at = 0; at < audio.length; at += 480) {
      recording.add(audio.subarray(at, at + 480));
      await recording.room();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expect.poll(async () => (await read(kept))?.samples ?? 0).toBeGreaterThan(audio.length - sampleRate);
    const state = await read(kept);
    expect(difference(state?.audio, audio.subarray(0, state?.samples))).toBe(-1);
    await recording.end();
  });

  it('goes on at any sample, wherever the run before was killed', async () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const random = seeded(seed);
      const first = speech(random, 0, 1 + Math.floor(random() * 150_000));
      const before = recordings();
      const recording = begin(before);
      await add(recording, first, random);
      await recording.end();
      // What is left of a write, or all of it.
      if (random() < 0.7) truncateSync(pathOf(), Math.floor(readFileSync(pathOf()).length * (0.3 + 0.7 * random())));
      const had = await read(recordings());
      const end = had?.samples ?? 0;
      expect(difference(had?.audio ?? silent(0), first.subarray(0, end)), `seed ${seed}`).toBe(-1);
      const position = random() < 0.5 ? Math.floor(random() * end) : end + Math.floor(random() * 20_000);
      const kept = recordings();
      const again = begin(kept, position);
      const second = speech(random, position, position + Math.floor(random() * 60_000));
      await add(again, second, random);
      await again.end();
      const hole = Math.max(0, position - end);
      const expected = join16(first.subarray(0, Math.min(position, end)), silent(hole), second);
      await expectHeld(kept, expected, hole, seed);
      await kept.remove(id);
    }
  });

  it('of a session whose beginning is elsewhere begins with silence', async () => {
    const kept = recordings();
    const recording = begin(kept, 10_001);
    const audio = speech(seeded(5), 10_001, 40_000);
    recording.add(audio);
    await recording.end();
    await expectHeld(kept, join16(silent(10_001), audio), 10_001);
  });

  it('is not disturbed by a server that writes on without knowing that it has lost the session', async () => {
    const [old, next] = [recordings(), recordings()];
    const paused = begin(old);
    const audio = speech(seeded(6), 0, 200_000);
    await add(paused, audio.subarray(0, 50_000), seeded(1));
    await expect.poll(async () => (await read(next))?.samples ?? 0).toBeGreaterThan(30_000);
    const taken = begin(next, 30_000);
    await add(taken, audio.subarray(30_000, 100_000), seeded(2));
    await expect.poll(async () => (await read(next))?.samples ?? 0).toBeGreaterThan(80_000);
    await add(paused, speech(seeded(7), 50_000, 150_000), seeded(3));
    await paused.end();
    await add(taken, audio.subarray(100_000), seeded(4));
    await taken.end();
    await expectHeld(next, audio);
  });

  it('has silence for what there was no room for, and goes on when there is', async () => {
    let bytesLeft = 1e12;
    const clock = new ManualClock();
    const kept = recordings({ clock, bytesLeft: async () => bytesLeft });
    const warnings: string[] = [];
    const recording = begin(kept, 0, id, pino({ level: 'warn' }, { write: (line) => void warnings.push(line) }));
    const audio = speech(seeded(8), 0, 160_000);
    await add(recording, audio.subarray(0, 40_960), seeded(1));
    await expect.poll(async () => (await read(kept))?.samples).toBeGreaterThan(30_000);
    bytesLeft = 0;
    clock.advance(10_000);
    await add(recording, audio.subarray(40_960, 100_000), seeded(2));
    await expect.poll(() => warnings.length).toBe(1);
    bytesLeft = 1e12;
    clock.advance(10_000);
    await add(recording, audio.subarray(100_000), seeded(3));
    await recording.end();
    const state = await read(kept);
    expect(state?.samples).toBe(160_000);
    expect(state?.missing).toBeGreaterThan(0);
    expect(state?.missing).toBeLessThan(100_000);
    const wrong = state?.audio.findIndex((sample, at) => sample !== audio[at] && sample !== 0);
    expect(wrong).toBe(-1);
    expect(warnings).toHaveLength(1);
    expect(difference(state?.audio.subarray(120_000), audio.subarray(120_000))).toBe(-1);
  });

  it('that cannot be written disturbs nobody, and is none', async () => {
    const kept = recordings({ folder: '/dev/null/nowhere' });
    const recording = begin(kept);
    await add(recording, speech(seeded(9), 0, 100_000), seeded(1));
    await recording.end();
    expect(await kept.open(id).catch(() => undefined)).toBeUndefined();
  });

  it('is not begun by a server that has lost the session before it had written anything', async () => {
    const [old, next] = [recordings(), recordings()];
    const audio = speech(seeded(10), 0, 20_000);
    const slow = begin(old);
    slow.add(audio.subarray(0, 4_000));
    const taken = begin(next, 0);
    taken.add(audio);
    await taken.end();
    await slow.abandon();
    await expectHeld(next, audio);
  });

  it('is kept of whom the server and the client agree on', () => {
    const keeps = (keep: RecordingsOptions['keep'], keepAudio?: boolean) =>
      recordings({ keep }).begin({
        session: { id, ...(keepAudio !== undefined && { keepAudio }) },
        ...{ sampleRate, position: 0, log },
      }) !== undefined;
    expect([keeps('off'), keeps('off', true), keeps('off', false)]).toEqual([false, false, false]);
    expect([keeps('asked'), keeps('asked', true), keeps('asked', false)]).toEqual([false, true, false]);
    expect([keeps('on'), keeps('on', true), keeps('on', false)]).toEqual([true, true, false]);
  });
});

describe('a server that is killed', () => {
  it('leaves all but the last second of what was said, and another one goes on with it', async () => {
    const script = fileURLToPath(new URL('./support/recording-process.mjs', import.meta.url));
    const ruler = (from: number, to: number) =>
      Int16Array.from({ length: to - from }, (_, i) => ((from + i) % 65_536) - 32_768);
    for (let seed = 1; seed <= 5; seed += 1) {
      const until = sampleRate * (2 + 3 * seeded(seed)());
      const victim = spawn(process.execPath, [script, folder, id, String(sampleRate)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = 0;
      for await (const line of createInterface({ input: victim.stdout })) {
        said = Number(line);
        if (said >= until) victim.kill('SIGKILL');
      }
      const kept = recordings();
      const left = (await read(kept))?.samples ?? 0;
      // Four blocks wait to be full, and one write may be under way; a busy disk may be two behind.
      expect(left, `seed ${seed}`).toBeGreaterThan(said - 3 * sampleRate);
      await expectHeld(kept, ruler(0, left), 0, seed);
      const position = left - 1_000 * seed;
      const again = begin(kept, position);
      await add(again, ruler(position, left + 30_000), seeded(seed));
      await again.end();
      await expectHeld(kept, ruler(0, left + 30_000), 0, seed);
      await kept.remove(id);
    }
  });
});

describe('what is left in the folder', () => {
  it('of sessions that are no longer kept is removed, of others and of new ones not', async () => {
    const kept = recordings();
    const known = '00000000-0000-4000-8000-000000000002';
    const fresh = '00000000-0000-4000-8000-000000000003';
    for (const session of [id, known, fresh]) {
      const recording = begin(kept, 0, session);
      recording.add(speech(seeded(1), 0, 5_000));
      await recording.end();
    }
    copyFileSync(pathOf(), `${pathOf()}.part`);
    const now = Date.now() + 2 * hourMs;
    utimesSync(pathOf(fresh), now / 1000, now / 1000);
    const find = async (session: string) => (session === known ? ({} as never) : undefined);
    expect(await kept.sweep({ find }, now, new AbortController().signal)).toBeGreaterThan(0);
    expect(readdirSync(folder)).toEqual([`${known}.flac`, `${fresh}.flac`]);
  });
});
