import { describe, expect, it } from 'vitest';
import { AuReader } from '../src/au-reader.ts';

function stream(channels: number, frames: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(32 + frames.length * channels * 4);
  const view = new DataView(bytes.buffer);
  for (const [at, value] of [0x2e736e64, 32, 0xffffffff, 6, 44_100, channels].entries()) view.setUint32(at * 4, value);
  for (const [frame, sample] of frames.entries()) {
    for (let channel = 0; channel < channels; channel++) {
      view.setFloat32(32 + (frame * channels + channel) * 4, sample + channel - (channels - 1) / 2);
    }
  }
  return bytes;
}

describe('the AU stream of ffmpeg', () => {
  it.each([1, 2, 6])('of %d channels gives their average, for every way of cutting it', (channels) => {
    const bytes = stream(channels, [0.5, -0.25, 0.125, 1]);
    for (const size of [1, 3, 7, 33, 1_000]) {
      const reader = new AuReader();
      const samples: number[] = [];
      for (let at = 0; at < bytes.length; at += size) samples.push(...reader.read(bytes.subarray(at, at + size)));
      expect(samples).toEqual([0.5, -0.25, 0.125, 1]);
      expect(reader.format).toEqual({ sampleRate: 44_100, channels });
    }
  });

  it('is nothing else', () => {
    expect(() => new AuReader().read(new Uint8Array(24))).toThrow('AU stream');
    expect(() => new AuReader().read(stream(1_000, []))).toThrow('AU stream');
  });
});
