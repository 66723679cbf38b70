import { seeded } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import { type SampleType, sampleTypes } from '../src/pcm/format.ts';
import { PcmReader } from '../src/pcm/reader.ts';
import { byteByByte, cutAnywhere, randomBytes } from './random.ts';
import { bytesOf } from './signals.ts';

const readAll = (encoding: SampleType, channels: number, pieces: readonly Uint8Array[]): number[] => {
  const reader = new PcmReader(encoding, channels);
  return pieces.flatMap((piece) => [...reader.read(piece)]);
};

describe('raw PCM', { timeout: 60_000 }, () => {
  it('mixes channels by their average', () => {
    const frames = Int16Array.of(100, 200, -32_768, -32_768, 32_767, 32_766, 1, 0);
    expect(readAll('s16le', 2, [bytesOf(frames)])).toEqual([150, -32_768, 32_767, 1]);
    expect(readAll('f32le', 4, [bytesOf(Float32Array.of(1, 0, 0.5, -0.5))])).toEqual([0.25]);
    const wide = new PcmReader('s16le', 8).read(bytesOf(Int16Array.of(8, 16, 24, 32, 40, 48, 56, 64)));
    expect(wide).toEqual(Int16Array.of(36));
  });

  it('is little-endian', () => {
    expect(readAll('s16le', 1, [Uint8Array.of(0x34, 0x12, 0xff, 0xff)])).toEqual([0x1234, -1]);
    expect(readAll('f32le', 1, [Uint8Array.of(0, 0, 0x80, 0x3f)])).toEqual([1]);
  });

  it('takes floats that are no numbers for silence, also in a mix', () => {
    const broken = Float32Array.of(Number.NaN, 0.5, Number.POSITIVE_INFINITY, 0.25, -1e38, 0.125);
    expect(readAll('f32le', 2, [bytesOf(broken)])).toEqual([0.25, 0.125, 0.0625]);
  });

  it('does not copy mono PCM16 that lies on an even address', () => {
    const bytes = new Uint8Array(64);
    const samples = new PcmReader('s16le', 1).read(bytes.subarray(2, 10));
    expect(samples.buffer).toBe(bytes.buffer);
    expect(samples.byteOffset).toBe(2);
    expect(samples.length).toBe(4);
    const moved = new PcmReader('s16le', 1).read(bytes.subarray(1, 9));
    expect(moved.buffer).not.toBe(bytes.buffer);
  });

  /** One frame of two channels in each type: a quarter of full scale, and minus a half. */
  const quarterAndHalf: Record<
    Exclude<SampleType, 'mulaw' | 'alaw'>,
    { readonly bytes: readonly number[]; readonly mono: number }
  > = {
    u8: { bytes: [160, 64], mono: -4_096 },
    s8: { bytes: [32, 192], mono: -4_096 },
    s16le: { bytes: [0, 0x20, 0, 0xc0], mono: -4_096 },
    s16be: { bytes: [0x20, 0, 0xc0, 0], mono: -4_096 },
    s24le: { bytes: [0, 0, 0x20, 0, 0, 0xc0], mono: -0.125 },
    s24be: { bytes: [0x20, 0, 0, 0xc0, 0, 0], mono: -0.125 },
    s32le: { bytes: [0, 0, 0, 0x20, 0, 0, 0, 0xc0], mono: -0.125 },
    s32be: { bytes: [0x20, 0, 0, 0, 0xc0, 0, 0, 0], mono: -0.125 },
    f32le: { bytes: [0, 0, 0x80, 0x3e, 0, 0, 0, 0xbf], mono: -0.125 },
    f32be: { bytes: [0x3e, 0x80, 0, 0, 0xbf, 0, 0, 0], mono: -0.125 },
    f64le: { bytes: [0, 0, 0, 0, 0, 0, 0xd0, 0x3f, 0, 0, 0, 0, 0, 0, 0xe0, 0xbf], mono: -0.125 },
    f64be: { bytes: [0x3f, 0xd0, 0, 0, 0, 0, 0, 0, 0xbf, 0xe0, 0, 0, 0, 0, 0, 0], mono: -0.125 },
  };

  // G.711 is compared with ffmpeg, byte by byte.
  it.each(Object.entries(quarterAndHalf))('reads %s', (type, { bytes, mono }) => {
    expect(readAll(sampleTypes.find((known) => known === type) ?? 'u8', 2, [Uint8Array.from(bytes)])).toEqual([mono]);
  });

  it('keeps all 24 bits', () => {
    const bytes = Uint8Array.of(1, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0x80);
    expect(readAll('s24le', 1, [bytes])).toEqual([2 ** -23, -(2 ** -23), 1 - 2 ** -23, -1]);
  });

  const cases = sampleTypes.flatMap((type) => [1, 2, 3, 8].map((channels): [SampleType, number] => [type, channels]));

  it.each(cases)('%s with %i channels is the same however it is cut', (encoding, channels) => {
    const random = seeded(channels);
    const bytes = randomBytes(random, 4_001);
    const expected = readAll(encoding, channels, [bytes]);
    const bytesPerSample = Number(/\d+/.exec(encoding) ?? 8) / 8;
    expect(expected.length).toBe(Math.floor(4_001 / (bytesPerSample * channels)));
    // A float is read as it came; one that is not a number is silenced by the resampler, which follows.
    expect(readAll(encoding, channels, byteByByte(bytes))).toEqual(expected);
    for (let run = 0; run < 20; run++) {
      expect(readAll(encoding, channels, cutAnywhere(random, bytes))).toEqual(expected);
    }
  });
});
