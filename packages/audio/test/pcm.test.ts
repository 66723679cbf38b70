import { seeded } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import type { PcmEncoding } from '../src/format.ts';
import { PcmReader } from '../src/pcm.ts';
import { byteByByte, cutAnywhere, randomBytes } from './random.ts';
import { bytesOf } from './signals.ts';

const readAll = (encoding: PcmEncoding, channels: number, pieces: readonly Uint8Array[]): number[] => {
  const reader = new PcmReader(encoding, channels);
  return pieces.flatMap((piece) => [...reader.read(piece)]);
};

describe('raw PCM', { timeout: 60_000 }, () => {
  it('mixes channels by their average', () => {
    const frames = Int16Array.of(100, 200, -32_768, -32_768, 32_767, 32_766, 1, 0);
    expect(readAll('pcm16', 2, [bytesOf(frames)])).toEqual([150, -32_768, 32_767, 1]);
    expect(readAll('pcm_f32', 4, [bytesOf(Float32Array.of(1, 0, 0.5, -0.5))])).toEqual([0.25]);
    const wide = new PcmReader('pcm16', 8).read(bytesOf(Int16Array.of(8, 16, 24, 32, 40, 48, 56, 64)));
    expect(wide).toEqual(Int16Array.of(36));
  });

  it('is little-endian', () => {
    expect(readAll('pcm16', 1, [Uint8Array.of(0x34, 0x12, 0xff, 0xff)])).toEqual([0x1234, -1]);
    expect(readAll('pcm_f32', 1, [Uint8Array.of(0, 0, 0x80, 0x3f)])).toEqual([1]);
  });

  it('takes floats that are no numbers for silence, also in a mix', () => {
    const broken = Float32Array.of(Number.NaN, 0.5, Number.POSITIVE_INFINITY, 0.25, -1e38, 0.125);
    expect(readAll('pcm_f32', 2, [bytesOf(broken)])).toEqual([0.25, 0.125, 0.0625]);
  });

  it('does not copy mono PCM16 that lies on an even address', () => {
    const bytes = new Uint8Array(64);
    const samples = new PcmReader('pcm16', 1).read(bytes.subarray(2, 10));
    expect(samples.buffer).toBe(bytes.buffer);
    expect(samples.byteOffset).toBe(2);
    expect(samples.length).toBe(4);
    const moved = new PcmReader('pcm16', 1).read(bytes.subarray(1, 9));
    expect(moved.buffer).not.toBe(bytes.buffer);
  });

  const encodings: PcmEncoding[] = ['pcm16', 'pcm_f32', 'mulaw', 'alaw'];
  const cases = encodings.flatMap((encoding) =>
    [1, 2, 3, 8].map((channels): [PcmEncoding, number] => [encoding, channels]),
  );

  it.each(cases)('%s with %i channels is the same however it is cut', (encoding, channels) => {
    const random = seeded(channels);
    const bytes = randomBytes(random, 4_001);
    const expected = readAll(encoding, channels, [bytes]);
    const bytesPerSample = { pcm16: 2, pcm_f32: 4, mulaw: 1, alaw: 1 }[encoding];
    expect(expected.length).toBe(Math.floor(4_001 / (bytesPerSample * channels)));
    // A float is read as it came; one that is not a number is silenced by the resampler, which follows.
    expect(readAll(encoding, channels, byteByByte(bytes))).toEqual(expected);
    for (let run = 0; run < 20; run++) {
      expect(readAll(encoding, channels, cutAnywhere(random, bytes))).toEqual(expected);
    }
  });
});
