import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IterableFormat } from '../src/index.ts';
import { fromIterable } from '../src/index.ts';
import { KeptAudio } from '../src/kept-audio.ts';
import { bytesOf, rulerSamples } from './support/ruler.ts';

async function* nothing(): AsyncGenerator<Uint8Array> {}

const kept = (format: IterableFormat, keepSeconds = 10) => new KeptAudio(fromIterable(nothing(), format), keepSeconds);

function takeAll(audio: KeptAudio): Uint8Array[] {
  const taken: Uint8Array[] = [];
  for (let bytes = audio.take(); bytes !== undefined; bytes = audio.take()) taken.push(bytes);
  return taken;
}

const joined = (pieces: readonly Uint8Array[]) => {
  const bytes = new Uint8Array(Buffer.concat(pieces));
  return new Int16Array(bytes.buffer);
};

describe('audio that is kept', () => {
  it('is sent again from a multiple of 0.04 s on, to the sample, whatever was pushed, taken and covered before', () => {
    const rates = [8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000];
    const step = fc.oneof(
      fc.record({ push: fc.integer({ min: 1, max: 3_000 }) }),
      fc.record({ take: fc.integer({ min: 1, max: 20 }) }),
      fc.record({ cover: fc.double({ min: 0, max: 1, noNaN: true }) }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...rates), fc.array(step, { maxLength: 60 }), (rate, steps) => {
        const audio = kept({ encoding: 'pcm16', sampleRate: rate }, 3);
        let pushed = 0;
        let taken = 0;
        let covered = 0;
        let lost = false;
        for (const action of steps) {
          if ('push' in action) {
            lost = audio.push({ bytes: bytesOf(rulerSamples(pushed, action.push)) }) || lost;
            pushed += action.push;
          } else if ('take' in action) {
            for (let n = 0; n < action.take; n++) taken += (audio.take()?.length ?? 0) / 2;
          } else {
            covered = Math.max(covered, Math.floor((taken * action.cover) / rate / 0.04) * 0.04);
            audio.cover(covered);
          }
        }
        // The bound is 3 s, and 30 s more for what a first socket has been promised.
        expect(lost).toBe(false);
        const from = audio.rewind() ?? Number.NaN;
        const first = Math.round(from * rate);
        expect(first % Math.round(rate * 0.04)).toBe(0);
        const sent = joined(takeAll(audio));
        expect(sent).toEqual(rulerSamples(first, pushed - first));
        expect(audio.unsentBytes).toBe(0);
        const kept3 = (pushed - taken) / rate > 3 || (pushed - first) / rate <= 3.2;
        expect(kept3, 'no more than the bound').toBe(true);
        const whole = pushed / rate <= 3;
        if (whole) expect(from).toBeLessThanOrEqual(Math.max(0, covered - 0.08 + 1e-6));
      }),
    );
  });

  it('may end within a sample', () => {
    const audio = kept({ encoding: 'pcm16', sampleRate: 8_000 });
    const bytes = bytesOf(rulerSamples(0, 8_000));
    for (let at = 0; at < bytes.length; at += 333) audio.push({ bytes: bytes.subarray(at, at + 333) });
    takeAll(audio);
    audio.cover(0.52);
    expect(audio.rewind()).toBe(0.44);
    expect(joined(takeAll(audio))).toEqual(rulerSamples(3_520, 8_000 - 3_520));
  });

  it.each([
    ['20 ms', 20, 0.52, 0.44],
    ['60 ms', 60, 0.52, 0.36],
    ['10 ms', 10, 0.52, 0.44],
  ])('in packets of %s is sent again from a whole packet on', (_name, packetMs, covered, from) => {
    const audio = kept({ encoding: 'opus', packetMs });
    for (let packet = 0; packet < 100; packet++) audio.push({ bytes: Uint8Array.of(packet) });
    expect(audio.seconds).toBe((100 * packetMs) / 1000);
    takeAll(audio);
    audio.cover(covered);
    expect(audio.rewind()).toBeCloseTo(from);
    expect(takeAll(audio)[0]).toEqual(Uint8Array.of((from * 1000) / packetMs));
  });

  it('of a container is sent again from a header on', () => {
    const audio = kept({}, 60);
    for (let piece = 0; piece < 30; piece++) {
      audio.push({ bytes: Uint8Array.of(piece), seconds: 0.5, header: piece % 10 === 0 });
    }
    takeAll(audio);
    audio.cover(5.9);
    expect(audio.rewind()).toBe(0);
    takeAll(audio);
    audio.cover(6);
    expect(audio.rewind()).toBe(5);
    expect(takeAll(audio)[0]).toEqual(Uint8Array.of(10));
  });

  it('of a container cannot be sent again when its header is gone', () => {
    const audio = kept({}, 2);
    for (let piece = 0; piece < 3; piece++) audio.push({ bytes: new Uint8Array(100_000) });
    takeAll(audio);
    expect(audio.push({ bytes: Uint8Array.of(1) })).toBe(false);
    expect(audio.rewind()).toBeUndefined();
  });

  it('is given up when there is too much of it: what was sent first, and what was promised to a socket last', () => {
    const audio = kept({ encoding: 'pcm16', sampleRate: 8_000 }, 2);
    const second = (n: number) => ({ bytes: bytesOf(rulerSamples(n * 8_000, 8_000)) });
    expect(audio.rewind()).toBe(0);
    // Promised: 30 s more.
    for (let n = 0; n < 32; n++) expect(audio.push(second(n))).toBe(false);
    expect(audio.push(second(32))).toBe(true);
    audio.release();
    expect(audio.push(second(33))).toBe(true);
    expect(audio.rewind()).toBe(32);
    expect(audio.unsentBytes).toBe(32_000);
    takeAll(audio);
    expect(audio.push(second(34))).toBe(false);
    expect(audio.rewind()).toBe(33);
    expect(joined(takeAll(audio))).toEqual(rulerSamples(33 * 8_000, 16_000));
  });
});
