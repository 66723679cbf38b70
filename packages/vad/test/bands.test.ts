import { seeded } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import { mostFrames, powersOf } from '../src/bands.ts';

/** What the kernel is to compute, as it would be written for a reader. */
function plainPowers(frame: Int16Array): number[] {
  const parts = Array.from({ length: 80 }, (_, i) =>
    frame.subarray(Math.floor((i * frame.length) / 80), Math.floor(((i + 1) * frame.length) / 80)),
  );
  let points = parts.map((part) => part.reduce((sum, sample) => sum + sample, 0) / part.length);
  const over = parts.reduce(
    (sum, part, i) => sum + part.reduce((rest, sample) => rest + (sample - (points[i] ?? 0)) ** 2, 0),
    0,
  );
  const powers = [frame.length - 80 < 5 ? 0 : over / (frame.length - 80)];
  while (points.length > 5) {
    const pairs = Array.from(
      { length: points.length / 2 },
      (_, i) => [points[2 * i] ?? 0, points[2 * i + 1] ?? 0] as const,
    );
    powers.push(pairs.reduce((sum, [left, right]) => sum + (left - right) ** 2 / 2, 0) / pairs.length);
    points = pairs.map(([left, right]) => (left + right) * Math.SQRT1_2);
  }
  return powers;
}

describe('the power in bands', () => {
  it.each([80, 84, 85, 110, 111, 160, 220, 240, 320, 441, 480])(
    'is that of a Haar transform for frames of %i samples',
    (length) => {
      const random = seeded(length);
      const loud = Int16Array.from({ length: length * mostFrames }, () => Math.round((random() - 0.5) * 65_535));
      const soft = loud.map((sample, i) => 9_000 * Math.sin(i / 9) + sample / 2_000);
      for (const samples of [loud, soft, loud.map((sample) => (sample < 0 ? -32_768 : 32_767))]) {
        const powers = powersOf(samples, mostFrames);
        for (let frame = 0; frame < mostFrames; frame++) {
          const plain = plainPowers(samples.subarray(frame * length, (frame + 1) * length));
          for (const [band, power] of plain.entries()) {
            expect(Math.abs((powers[frame * 5 + band] ?? Number.NaN) - power)).toBeLessThan(1e-9 * power + 1e-3);
          }
        }
      }
    },
  );

  it('is nothing for a constant, however loud', () => {
    for (const length of [80, 110, 160, 240, 480]) {
      const powers = powersOf(new Int16Array(length).fill(-32_768), 1);
      expect(Math.max(...powers.subarray(0, 5).map(Math.abs))).toBeLessThan(1e-3);
    }
  });
});
