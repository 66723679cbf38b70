import type { Codec } from '@live-transcribe/audio';
import { childProcesses, correlation, seeded } from '@live-transcribe/testkit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FfmpegCodecs, type FfmpegOptions } from '../src/index.ts';
import { type AacOptions, concat, encodeAac, ffmpeg, reference, unitsOf, withBandReplication } from './aac.ts';

const opened = new Set<FfmpegCodecs>();
// Only the tests that say so wait for what never comes.
const create = (options: Partial<FfmpegOptions> = {}): FfmpegCodecs => {
  const codecs = new FfmpegCodecs({ maxProcesses: 4, soundMs: 20_000, firstSoundMs: 20_000, ...options });
  opened.add(codecs);
  return codecs;
};

afterEach(async () => {
  for (const codecs of opened) await codecs.close();
  opened.clear();
  expect(childProcesses()).toEqual([]);
});

const speech = unitsOf(encodeAac({ rate: 16_000, channels: 1, seconds: 4 }));

/** A copy: samples are valid until the next call only. */
const copy = (samples: ArrayLike<number> | undefined): Float32Array => Float32Array.from(samples ?? []);

/** The samples that were out after each unit. */
async function oneByOne(codec: Codec, units: readonly Uint8Array[]): Promise<Float32Array[]> {
  const parts: Float32Array[] = [];
  for (const unit of units) {
    const early = copy(codec.decode(unit));
    parts.push(concat([early, copy(await codec.settle?.())]));
  }
  return parts;
}

const recordings: readonly AacOptions[] = ([44_100, 48_000, 16_000] as const).flatMap((rate) =>
  ([1, 2, 6] as const).map((channels): AacOptions => ({ rate, channels, seconds: 3 })),
);

describe('AAC through ffmpeg', () => {
  it.each(recordings)('$rate Hz, $channels channels: each unit is out before the next is given', async (recording) => {
    const adts = encodeAac(recording);
    const { config, units } = unitsOf(adts);
    const codec = await create().openAac(config);
    const parts = await oneByOne(codec, units);
    expect(parts.map((part) => part.length)).toEqual(units.map(() => 1_024));
    expect(codec.sampleRate).toBe(recording.rate);
    expect((await codec.end()).length).toBe(0);
    const expected = reference(adts, recording.channels);
    expect(concat(parts).length).toBe(expected.length);
    expect(correlation(concat(parts), expected)).toBeGreaterThan(0.9999);
  });

  it('gives the same whether units come one by one or many at once', async () => {
    const codecs = create();
    const one = concat(await oneByOne(await codecs.openAac(speech.config), speech.units));
    const codec = await codecs.openAac(speech.config);
    const random = seeded(1);
    const parts: Float32Array[] = [];
    for (const unit of speech.units) {
      parts.push(copy(codec.decode(unit)));
      if (random() < 0.2) parts.push(copy(await codec.settle?.()));
    }
    parts.push(copy(await codec.end()));
    expect(Buffer.compare(Buffer.from(concat(parts).buffer), Buffer.from(one.buffer))).toBe(0);
  });

  it('decodes minutes that come at once, with room for no more than it has to hold', async () => {
    const { config, units } = unitsOf(encodeAac({ rate: 16_000, channels: 1, seconds: 120 }));
    const codec = await create().openAac(config);
    const parts = units.map((unit) => copy(codec.decode(unit)));
    parts.push(copy(await codec.settle?.()));
    expect(concat(parts).length).toBe(units.length * 1_024);
  });

  it('refuses more units at once than could be sound', async () => {
    const codec = await create().openAac(speech.config);
    const [unit = new Uint8Array(1)] = speech.units;
    expect(() => {
      for (let i = 0; i < 9_000; i++) codec.decode(unit);
    }).toThrow('More AAC came at once');
  });

  it('finds band replication that is not announced, at twice the rate', async () => {
    const core = unitsOf(encodeAac({ rate: 24_000, channels: 1, seconds: 2 }));
    const units = core.units.map(withBandReplication);
    const codec = await create().openAac(core.config);
    const parts = await oneByOne(codec, units);
    expect(parts.map((part) => part.length)).toEqual(units.map(() => 2_048));
    expect(codec.sampleRate).toBe(48_000);
    expect(codec.statedSamples(new Uint8Array(1))).toBe(2_048);
  });

  it('finds band replication that is announced', async () => {
    const core = unitsOf(encodeAac({ rate: 24_000, channels: 1, seconds: 1 }));
    const units = core.units.map(withBandReplication);
    // Object type 5, 24 kHz, mono; 48 kHz, object type 2.
    const announced = Uint8Array.of((5 << 3) | 3, 0b0_0001_001, 0b1_00010_00, 0);
    const codec = await create().openAac(announced);
    const parts = await oneByOne(codec, units);
    expect(concat(parts).length).toBe(units.length * 2_048);
  });

  it('goes on without waiting where band replication sets in, at the rate it had', async () => {
    const core = unitsOf(encodeAac({ rate: 24_000, channels: 1, seconds: 2 }));
    const units = core.units.map((unit, at) => (at < 10 ? unit : withBandReplication(unit)));
    const codec = await create().openAac(core.config);
    const parts = await oneByOne(codec, units);
    parts.push(copy(await codec.end()));
    expect(codec.sampleRate).toBe(24_000);
    expect(concat(parts).length).toBe(units.length * 1_024);
  });

  it('loses a refused unit alone, and does not wait for it again', async () => {
    const random = seeded(2);
    const codec = await create().openAac(speech.config);
    const units = speech.units.map((unit, at) => (at % 10 === 5 ? unit.map(() => Math.floor(random() * 256)) : unit));
    const parts = await oneByOne(codec, units);
    expect(parts.filter((part) => part.length > 0).length).toBeGreaterThanOrEqual(units.length - units.length / 10 - 1);
    expect(parts.at(-1)?.length).toBe(1_024);
  });

  it('does not wait for a unit that is refused in silence, and counts on', async () => {
    const codec = await create({ soundMs: 30 }).openAac(speech.config);
    await oneByOne(codec, speech.units.slice(0, 3));
    const [child = 0] = childProcesses();
    process.kill(child, 'SIGSTOP');
    expect((await oneByOne(codec, speech.units.slice(3, 5))).map((part) => part.length)).toEqual([0, 0]);
    process.kill(child, 'SIGCONT');
    const late = concat(await oneByOne(codec, speech.units.slice(5, 12)));
    expect(late.length + (await codec.end()).length).toBe(9 * 1_024);
  });

  it('says that nothing but garbage is no AAC', async () => {
    const random = seeded(3);
    const codec = await create().openAac(speech.config);
    await oneByOne(codec, speech.units.slice(0, 2));
    const garbage = Array.from({ length: 400 }, () => Uint8Array.from({ length: 40 }, () => random() * 224));
    await expect(oneByOne(codec, garbage)).rejects.toMatchObject({ name: 'AudioError', code: 'bad_audio' });
    expect(() => codec.decode(new Uint8Array(10))).toThrow('are not AAC');
  });

  it('says that a stream of empty units, of which ffmpeg says nothing, has no sound', async () => {
    const codec = await create({ soundMs: 100, firstSoundMs: 100 }).openAac(speech.config);
    // Nothing but the end element.
    const empty = Array.from({ length: 200 }, () => Uint8Array.of(0xe0));
    await expect(oneByOne(codec, empty)).rejects.toMatchObject({ name: 'AudioError', code: 'bad_audio' });
  });

  it('takes no unit that ADTS has no room for, and no empty one', async () => {
    const codec = await create().openAac(speech.config);
    expect(codec.decode(new Uint8Array(0))).toBeUndefined();
    expect(codec.decode(new Uint8Array(8_185))).toBeUndefined();
  });
});

describe('the processes of ffmpeg', () => {
  it('are replaced when one is killed, once', async () => {
    const codec = await create().openAac(speech.config);
    await oneByOne(codec, speech.units.slice(0, 5));
    const kill = async () => {
      const [child = 0] = childProcesses();
      process.kill(child, 'SIGKILL');
      await vi.waitUntil(() => !childProcesses().includes(child));
    };
    await kill();
    const parts = await oneByOne(codec, speech.units.slice(5, 15));
    expect(parts.at(-1)?.length).toBe(1_024);
    expect(concat(parts).length).toBeGreaterThanOrEqual(8 * 1_024);
    await kill();
    await expect(oneByOne(codec, speech.units.slice(15, 30))).rejects.toMatchObject({ code: 'bad_audio' });
  });

  it('are replaced when one hangs', async () => {
    const codec = await create({ soundMs: 5 }).openAac(speech.config);
    await oneByOne(codec, speech.units.slice(0, 3));
    const [child = 0] = childProcesses();
    process.kill(child, 'SIGSTOP');
    for (let i = 0; i < 20 && childProcesses().includes(child); i++) await oneByOne(codec, speech.units.slice(3, 13));
    await vi.waitUntil(() => !childProcesses().includes(child));
    expect(childProcesses().length).toBe(1);
  });

  it('are bounded, and there is room again after one was freed', async () => {
    const codecs = create({ maxProcesses: 2 });
    const first = await codecs.openAac(speech.config);
    await codecs.openAac(speech.config);
    await expect(codecs.openAac(speech.config)).rejects.toMatchObject({
      code: 'decoder_busy',
      message: expect.stringContaining('busy'),
    });
    expect(childProcesses().length).toBe(2);
    first.free();
    first.free();
    await codecs.openAac(speech.config);
    expect(childProcesses().length).toBe(2);
  });

  it('end while they are waited for, with nothing more', async () => {
    const codec = await create().openAac(speech.config);
    for (const unit of speech.units) codec.decode(unit);
    const settled = codec.settle?.();
    codec.free();
    expect((await settled)?.length).toBe(0);
    expect((await codec.end()).length).toBe(0);
    expect(() => codec.decode(new Uint8Array(1))).toThrow('freed');
    await vi.waitUntil(() => childProcesses().length === 0);
  });

  // So they do when this process is no more: then their input ends too.
  it('end by themselves with their input, after the last sound', async () => {
    const codec = await create().openAac(speech.config);
    const parts = speech.units.map((unit) => copy(codec.decode(unit)));
    parts.push(copy(await codec.end()));
    expect(concat(parts).length).toBe(speech.units.length * 1_024);
    await vi.waitUntil(() => childProcesses().length === 0);
  });

  it('are told to be missing, and looked for again after half a minute', async () => {
    let now = 0;
    const codecs = create({ path: '/nowhere/ffmpeg', now: () => now });
    expect(await codecs.available()).toBe(false);
    await expect(codecs.openAac(speech.config)).rejects.toMatchObject({
      code: 'unsupported_audio',
      message: expect.stringContaining('AAC needs ffmpeg'),
    });
    now = 31_000;
    expect(await codecs.available()).toBe(false);
    expect(await create().available()).toBe(true);
    expect(await create({ searchPath: '/nowhere' }).available()).toBe(false);
  });

  it('are none after the end', async () => {
    const codecs = create();
    const codec = await codecs.openAac(speech.config);
    await codecs.close();
    expect(childProcesses()).toEqual([]);
    await expect(codecs.openAac(speech.config)).rejects.toThrow('closed');
    codec.free();
  });
});

it('the encoder of these tests makes what the tests say', () => {
  expect(
    ffmpeg(['-f', 'aac', '-i', 'pipe:0', '-f', 's16le'], encodeAac({ rate: 48_000, channels: 6, seconds: 1 })).length,
  ).toBe(48 * 1_024 * 12);
});
