import { seeded } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import { FlacDemuxer } from '../src/flac/demuxer.ts';
import { FlacFrameEncoder, flacBlockSize } from '../src/flac/frame-encoder.ts';
import { decodeMonoFrame, flacStart, framesIn, streamInfoOf } from '../src/flac/stream.ts';
import { concatBytes } from './matroska.ts';

const random = seeded(7);
const noise = (amplitude: number) => () => Math.round((2 * random() - 1) * amplitude);

const voice = (i: number): number => Math.round(9_000 * Math.sin(i / 9) + 4_000 * Math.sin(i / 3.7) + noise(300)());

/** Each gives sample number `i`. */
const signals: Readonly<Record<string, (i: number) => number>> = {
  silence: () => 0,
  'one value': () => -32_768,
  'a click at the end': (i) => (i === 4_095 ? 1 : 0),
  'a voice': voice,
  'a slope': (i) => (i % 60_000) - 30_000,
  'quiet noise': noise(3),
  noise: noise(2_000),
  'noise at full scale': noise(32_767),
  'the extremes in turn': (i) => (i % 2 === 0 ? -32_768 : 32_767),
  'loud and quiet parts': (i) => (Math.floor(i / 256) % 2 === 0 ? noise(20_000)() : noise(2)()),
};

const block = (signal: (i: number) => number, length: number) => Int16Array.from({ length }, (_, i) => signal(i));

describe('the FLAC encoder', () => {
  const encoder = new FlacFrameEncoder(16_000);
  const info = streamInfoOf(16_000);

  for (const [name, signal] of Object.entries(signals)) {
    it(`gives ${name} back as it was, in frames of any length`, () => {
      for (const length of [flacBlockSize, 1, 2, 3, 4, 5, 15, 16, 17, 192, 999, 1_000, 1_024, 4_095]) {
        const samples = block(signal, length);
        const bytes = encoder.encode(samples, 3);
        expect(bytes.length).toBeLessThan(2 * length + 32);
        expect(decodeMonoFrame(bytes, info)).toEqual(samples);
      }
    });
  }

  it('numbers frames beyond two years of audio', () => {
    for (const number of [0, 127, 128, 2_047, 2_048, 65_535, 65_536, 2 ** 21, 2 ** 26 - 1, 2 ** 26, 2 ** 31 - 1]) {
      const [frame] = framesIn(encoder.encode(block(noise(100), flacBlockSize), number), info, true);
      expect(frame?.header.firstSample).toBe(number * flacBlockSize);
    }
  });

  it.each([8_000, 16_000, 24_000, 44_100, 48_000, 11_025])('makes a stream of %i Hz that others can read', (rate) => {
    const own = new FlacFrameEncoder(rate);
    const frames = [0, 1, 2].map((number) => own.encode(block(voice, flacBlockSize), number).slice());
    const application = { id: 'test', body: new Uint8Array(3) };
    const start = flacStart({ sampleRate: rate, samples: 3 * flacBlockSize, application });
    const items = [...new FlacDemuxer().read(concatBytes(start, ...frames))];
    expect(items.map(({ kind }) => kind)).toEqual(['track', 'packet', 'packet', 'packet']);
  });

  it('makes speech less than it was, and silence next to nothing', () => {
    expect(encoder.encode(block(voice, flacBlockSize), 0).length).toBeLessThan(flacBlockSize * 1.6);
    expect(encoder.encode(new Int16Array(flacBlockSize), 0).length).toBeLessThan(16);
  });
});

describe('frames in a stream', () => {
  const encoder = new FlacFrameEncoder(24_000);
  const info = streamInfoOf(24_000);
  const frames = Array.from({ length: 12 }, (_, number) =>
    encoder.encode(block(number % 3 === 0 ? noise(32_767) : voice, flacBlockSize), number).slice(),
  );
  const bytes = concatBytes(...frames);

  it('are found whole, wherever the bytes begin and end', () => {
    for (let cut = 1; cut < bytes.length; cut += 997) {
      const found = framesIn(bytes.subarray(cut), info, true);
      const whole = frames.filter((_, at) => frames.slice(0, at).reduce((sum, { length }) => sum + length, 0) >= cut);
      expect(found.map(({ header }) => header.firstSample / flacBlockSize)).toEqual(
        whole.map((frame) => frames.indexOf(frame)),
      );
      expect(found.at(-1)?.to ?? bytes.length - cut).toBe(bytes.length - cut);
    }
  });

  it('are found before a torn one', () => {
    const torn = bytes.subarray(0, bytes.length - 5);
    const found = framesIn(torn, info, true);
    expect(found).toHaveLength(11);
    expect(found.at(-1)?.to).toBe(bytes.length - (frames.at(-1)?.length ?? 0));
  });
});
