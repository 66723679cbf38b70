import { seeded } from '@live-transcribe/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AudioError } from '../src/errors.ts';
import type { Codec } from '../src/track.ts';
import { openVorbis } from '../src/vorbis/codec.ts';
import { parseModes } from '../src/vorbis/setup.ts';
import { type VorbisOptions, vorbisHeaders, vorbisIdentification, vorbisPacket, vorbisSetup } from './ogg.ts';
import { randomBytes } from './random.ts';

const open: Codec[] = [];
const openCodec = async (options: VorbisOptions = {}): Promise<Codec> => {
  const codec = await openVorbis(vorbisHeaders(options));
  open.push(codec);
  return codec;
};

beforeEach(() => {
  for (const method of ['error', 'warn', 'log'] as const) vi.spyOn(console, method).mockImplementation(() => {});
});

afterEach(() => {
  for (const codec of open.splice(0)) codec.free();
  for (const method of [console.error, console.warn, console.log]) expect(method).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});

// The time is for machines that are busy with something else.
describe('the Vorbis codec', { timeout: 60_000 }, () => {
  it.each([1, 2, 6, 8])('gives half of two blocks for each packet but the first, of %i channels', async (channels) => {
    const codec = await openCodec({ channels, sampleRate: 44_100 });
    expect(codec.sampleRate).toBe(44_100);
    const lengths: number[] = [];
    for (const long of [false, false, true, true, false, true]) {
      const packet = vorbisPacket(long);
      const stated = codec.statedSamples(packet);
      const samples = codec.decode(packet);
      expect(samples?.length).toBe(stated);
      expect(samples?.every((sample) => sample === 0)).toBe(true);
      lengths.push(stated);
    }
    expect(lengths).toEqual([0, 128, 320, 512, 320, 320]);
    expect((await codec.end()).length).toBe(0);
  });

  it('leaves out what is no audio, and says how long it would have been', async () => {
    const codec = await openCodec();
    codec.decode(vorbisPacket(true));
    expect(codec.decode(new Uint8Array(0))).toBeUndefined();
    expect(codec.decode(Uint8Array.of(1, 2, 3))).toBeUndefined();
    expect(codec.decode(new Uint8Array(200_000))).toBeUndefined();
    expect(codec.statedSamples(new Uint8Array(200_000))).toBe(320);
    expect(codec.statedSamples(Uint8Array.of(1))).toBe(0);
    expect(codec.decode(vorbisPacket(true))?.length).toBe(512);
  });

  it('keeps what it gives: the next packet changes nothing in it', async () => {
    const codec = await openCodec();
    codec.decode(vorbisPacket(true));
    const samples = codec.decode(vorbisPacket(true));
    const copy = samples?.slice();
    codec.decode(vorbisPacket(true));
    expect(samples).toEqual(copy);
  });

  it('may be freed twice, and says so when used afterwards', async () => {
    const codec = await openCodec();
    codec.free();
    codec.free();
    expect(() => codec.decode(vorbisPacket(false))).toThrow('freed');
  });

  it('ends in samples, in nothing or in a typed error for 600 mutated setups and their packets', async () => {
    let opened = 0;
    let refused = 0;
    for (let seed = 0; seed < 600; seed++) {
      const random = seeded(seed);
      const [first, comment, setup] = vorbisHeaders({ channels: 1 + (seed % 3), entryBits: 1 + (seed % 6) });
      const mutated = setup.slice();
      for (let i = 0; i <= seed % 3; i++) {
        const at = 7 + Math.floor(random() * (setup.length - 7));
        mutated[at] = (mutated[at] ?? 0) ^ (1 << Math.floor(random() * 8));
      }
      try {
        const codec = await openVorbis([first, comment, mutated]);
        for (let i = 0; i < 20; i++) {
          const packet = randomBytes(random, Math.floor(random() * 200));
          if (packet.length > 0) packet[0] = (packet[0] ?? 0) & 0xfe;
          const stated = codec.statedSamples(packet);
          const samples = codec.decode(packet);
          if (samples) expect(samples.length).toBe(stated);
        }
        codec.free();
        opened++;
      } catch (error) {
        if (!(error instanceof AudioError)) throw new Error(`seed ${seed}`, { cause: error });
        refused++;
      }
    }
    expect(opened).toBeGreaterThan(50);
    expect(refused).toBeGreaterThan(50);
  });
});

describe('the Vorbis headers', () => {
  it('tell which modes are long', () => {
    expect(parseModes(vorbisSetup(), 1)).toEqual([false, true]);
    expect(parseModes(vorbisSetup({ codebooks: 256, entryBits: 5, dimensions: 8 }), 8)).toEqual([false, true]);
  });

  it.each<[string, VorbisOptions, string, RegExp]>([
    ['without channels', { channels: 0 }, 'unsupported_audio', /channels/],
    ['with 9 channels', { channels: 9 }, 'unsupported_audio', /9 channels/],
    ['of 1 Hz', { sampleRate: 1 }, 'unsupported_audio', /1 Hz/],
    ['of another version', { version: 1 }, 'unsupported_audio', /version 1/],
    ['of tiny blocks', { short: 5 }, 'bad_audio', /2\^5/],
    ['of huge blocks', { long: 14 }, 'bad_audio', /2\^14/],
    ['of blocks in the wrong order', { short: 11, long: 10 }, 'bad_audio', /2\^11/],
    [
      'with a codebook of 16 million values',
      { entryBits: 15, dimensions: 512 },
      'bad_audio',
      /more than 262144 values/,
    ],
    [
      'with many large codebooks',
      { entryBits: 15, dimensions: 4, codebooks: 200 },
      'bad_audio',
      /more than 262144 values/,
    ],
  ])('%s are refused', async (_name, options, code, message) => {
    await expect(openVorbis(vorbisHeaders(options))).rejects.toMatchObject({
      name: 'AudioError',
      code,
      message: expect.stringMatching(message),
    });
  });

  it('are refused when cut short anywhere', async () => {
    const [first, comment, setup] = vorbisHeaders();
    for (let length = 0; length < setup.length; length++) {
      expect(() => parseModes(setup.subarray(0, length), 1), `${length} bytes`).toThrow(AudioError);
    }
    await expect(openVorbis([first.subarray(0, 29), comment, setup])).rejects.toThrow('expected "vorbis"');
    await expect(openVorbis([vorbisIdentification(), comment, comment])).rejects.toThrow('another type');
  });
});
