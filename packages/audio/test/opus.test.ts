import { seeded } from '@live-transcribe/testkit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AudioError } from '../src/index.ts';
import { OpusCodec } from '../src/opus/codec.ts';
import { parseOpusHead, plainOpusHead } from '../src/opus/head.ts';
import { statedSamples } from '../src/opus/packet.ts';
import { opusHead } from './matroska.ts';
import { randomBytes } from './random.ts';

const open: OpusCodec[] = [];
const openCodec = async (head = plainOpusHead, engineRate = 24_000): Promise<OpusCodec> => {
  const codec = await OpusCodec.open({ ...head, engineRate });
  open.push(codec);
  return codec;
};

/** As whoever keeps the timeline has it: silence stands for what is damaged. */
const heard = (codec: OpusCodec, packet: Uint8Array): Float32Array =>
  codec.decode(packet) ?? new Float32Array(codec.statedSamples(packet));

afterEach(() => {
  for (const stream of open.splice(0)) stream.free();
  vi.restoreAllMocks();
});

const headOf = (...bytes: Parameters<typeof opusHead>) => parseOpusHead(Uint8Array.from(opusHead(...bytes)));

/** CELT, fullband, 20 ms, mono, one frame: any bytes decode to some noise. */
const celt = (random: () => number, length = 80): Uint8Array => {
  const packet = randomBytes(random, length);
  packet[0] = 31 << 3;
  return packet;
};

const power = (samples: Float32Array): number => samples.reduce((sum, sample) => sum + sample * sample, 0);

describe('the duration that a packet states (RFC 6716, 3.1)', () => {
  it.each([
    [[0 << 3], 10],
    [[(3 << 3) | 1], 120],
    [[12 << 3], 10],
    [[(15 << 3) | 2], 40],
    [[16 << 3], 2.5],
    [[31 << 3], 20],
    [[(31 << 3) | 3, 3], 60],
    [[(31 << 3) | 3], 20],
    [[(3 << 3) | 3, 63], 120],
    [[], 0],
  ])('of %j is %d ms', (bytes, ms) => {
    expect(statedSamples(Uint8Array.from(bytes)) / 48).toBe(ms);
  });
});

// The time is for machines that are busy with something else.
describe('the Opus decoder', { timeout: 60_000 }, () => {
  it('keeps the timeline and the log clean for 20,000 random packets', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    const random = seeded(11);
    const stream = await openCodec();
    let sound = 0;
    for (let i = 0; i < 20_000; i++) {
      const packet = randomBytes(random, Math.floor(random() ** 4 * 5_000));
      const samples = heard(stream, packet);
      expect(samples.length).toBe(statedSamples(packet) / 2);
      if (samples.some((sample) => sample !== 0)) sound++;
      if (i % 20 === 0) heard(stream, celt(random));
    }
    expect(sound).toBeGreaterThan(1_000);
    expect(log).not.toHaveBeenCalled();
  });

  it('does the same for several streams in a packet', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    const random = seeded(12);
    const stream = await openCodec(headOf(3, 0, 0, [1, 2, 1, 0, 1, 2]));
    const good = Uint8Array.of(31 << 3, 3, 1, 2, 3, 31 << 3, 4, 5, 6);
    expect(heard(stream, good).length).toBe(480);
    for (let i = 0; i < 10_000; i++) {
      const packet = randomBytes(random, Math.floor(random() * 60));
      if (packet.length > 0) packet[0] = 31 << 3;
      if (packet.length > 1) packet[1] = Math.floor(random() * 20);
      expect(heard(stream, packet).length).toBe(statedSamples(packet) / 2);
      if (i % 20 === 0) heard(stream, good);
    }
    expect(log).not.toHaveBeenCalled();
  });

  it('splits a packet larger than the vendor reads, and the sound is the same', async () => {
    const random = seeded(13);
    const frames = Array.from({ length: 6 }, () => randomBytes(random, 1_200));
    const large = Uint8Array.from([(31 << 3) | 3, 6, ...frames.flatMap((frame) => [...frame])]);
    const whole = heard(await openCodec(), large);
    const single = await openCodec();
    const parts = frames.map((frame) => heard(single, Uint8Array.from([31 << 3, ...frame])));
    expect(whole).toEqual(Float32Array.from(parts.flatMap((part) => [...part])));
    expect(power(whole)).toBeGreaterThan(0);
  });

  it('takes padding of any length off a packet', async () => {
    const frame = randomBytes(seeded(19), 100);
    const plain = heard(await openCodec(), Uint8Array.from([31 << 3, ...frame]));
    for (const padding of [0, 1, 253, 254, 255, 600, 5_000]) {
      const lengths = [...new Array<number>(Math.floor(padding / 254)).fill(255), padding % 254];
      const padded = Uint8Array.from([(31 << 3) | 3, 0x41, ...lengths, ...frame, ...new Uint8Array(padding)]);
      expect(heard(await openCodec(), padded)).toEqual(plain);
    }
  });

  it('says how long a damaged packet would have sounded, and goes on', async () => {
    const stream = await openCodec();
    const random = seeded(14);
    expect(power(heard(stream, celt(random)))).toBeGreaterThan(0);
    const damaged = Uint8Array.of((31 << 3) | 3, 0x83, 255);
    expect(stream.decode(damaged)).toBeUndefined();
    expect(stream.statedSamples(damaged)).toBe(3 * 480);
    expect(heard(stream, celt(random)).length).toBe(480);
  });

  it.each([
    [8_000, 24_000],
    [16_000, 24_000],
    [24_000, 24_000],
    [32_000, 48_000],
    [48_000, 48_000],
  ])('for an engine of %i Hz it decodes at %i Hz', async (engineRate, rate) => {
    const codec = await openCodec(plainOpusHead, engineRate);
    expect(codec.sampleRate).toBe(rate);
    expect(codec.decode(celt(seeded(16)))?.length).toBe(rate / 50);
  });

  it('applies the gain of the header', async () => {
    const plain = await openCodec();
    const louder = await openCodec(headOf(1, 0, 256 * 6));
    const packet = celt(seeded(17));
    expect(power(heard(louder, packet)) / power(heard(plain, packet))).toBeCloseTo(10 ** 0.6, 3);
  });

  it('may be freed twice, and says so when used afterwards', async () => {
    const stream = await openCodec();
    stream.free();
    stream.free();
    expect(() => stream.decode(celt(seeded(18)))).toThrow('freed');
  });
});

describe('the Opus header', () => {
  it.each<[string, number[], 'bad_audio' | 'unsupported_audio', RegExp]>([
    ['too short', opusHead().slice(0, 18), 'bad_audio', /at least 19 bytes/],
    ['misnamed', [0, ...opusHead().slice(1)], 'bad_audio', /OpusHead/],
    ['of a later version', opusHead().with(8, 16), 'unsupported_audio', /version 16/],
    ['without channels', opusHead(0), 'bad_audio', /no channels/],
    ['of family 0 with 3 channels', opusHead(3), 'unsupported_audio', /expected 1 to 2/],
    ['of ambisonics', opusHead(4, 0, 0, [2, 4, 0, 0, 1, 2, 3]), 'unsupported_audio', /family 2/],
    ['with 9 channels', opusHead(9, 0, 0, [255, 9, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]), 'unsupported_audio', /1 to 8/],
    ['without a mapping', opusHead(3, 0, 0, [1]), 'bad_audio', /mapping/],
    ['with a mapping that is too short', opusHead(3, 0, 0, [1, 2, 1, 0, 1]), 'bad_audio', /mapping/],
    ['mapped to a stream that is not there', opusHead(3, 0, 0, [1, 2, 1, 0, 1, 3]), 'bad_audio', /mapping/],
    ['with more coupled streams than streams', opusHead(3, 0, 0, [1, 1, 2, 0, 1, 2]), 'bad_audio', /mapping/],
    ['with many streams', opusHead(1, 0, 0, [255, 200, 0, 0]), 'unsupported_audio', /200 streams/],
  ])('%s is refused', (_name, bytes, code, message) => {
    let thrown: unknown;
    try {
      parseOpusHead(Uint8Array.from(bytes));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(AudioError);
    expect(thrown).toMatchObject({ code, message: expect.stringMatching(message) });
  });
});
