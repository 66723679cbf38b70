import { seeded } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import { AdtsDemuxer } from '../src/adts/demuxer.ts';
import { findAdts, matchAdts } from '../src/adts/match.ts';
import { AudioError } from '../src/index.ts';
import type { TrackItem } from '../src/track.ts';
import { byteByByte, cutAnywhere, randomBytes } from './random.ts';

interface FrameOptions {
  readonly profile?: number;
  readonly rateIndex?: number;
  readonly channels?: number;
  readonly blocks?: number;
  readonly checksum?: boolean;
  readonly id?: 0 | 1;
}

const join = (...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array =>
  new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part))));

/** AAC-LC, 48 kHz, mono. */
function frame(unit: Uint8Array, options: FrameOptions = {}): Uint8Array {
  const { profile = 1, rateIndex = 3, channels = 1, blocks = 1, checksum = false, id = 0 } = options;
  const length = unit.length + (checksum ? 9 : 7);
  return join(
    [0xff, 0xf0 | (id << 3) | (checksum ? 0 : 1), (profile << 6) | (rateIndex << 2) | (channels >> 2)],
    [((channels & 3) << 6) | (length >> 11), (length >> 3) & 255, ((length & 7) << 5) | 0x1f, 0xfc | (blocks - 1)],
    checksum ? [1, 2] : [],
    unit,
  );
}

const id3 = (size: number, ...rest: readonly number[]): Uint8Array =>
  join([0x49, 0x44, 0x33, 4, 0, 0, (size >> 21) & 127, (size >> 14) & 127, (size >> 7) & 127, size & 127], rest);

/** Access units that hold no sync word, unlike random bytes. */
const unit = (random: () => number, length = 1 + Math.floor(random() * 300)): Uint8Array =>
  randomBytes(random, length).map((byte) => byte & 0x7f);

/** As text, for items are valid only until the next one. */
const asText = (item: TrackItem): string => {
  if (item.kind === 'packet') return `packet ${hex(item.bytes)}`;
  if (item.kind === 'damage') return 'damage';
  return `track ${item.format.codec === 'aac' ? hex(item.format.config) : item.format.codec}`;
};

function read(pieces: readonly Uint8Array[]): string[] {
  const demuxer = new AdtsDemuxer();
  const lines = pieces.flatMap((piece) => Array.from(demuxer.read(piece), asText));
  return [...lines, ...Array.from(demuxer.end(), asText)];
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const packets = (units: readonly Uint8Array[]): string[] => units.map((bytes) => `packet ${hex(bytes)}`);

/** Something of everything that one stream may hold. */
function recording(random: () => number): Uint8Array {
  const frames = (count: number, options?: FrameOptions) =>
    Array.from({ length: count }, () => frame(unit(random), options));
  return join(
    id3(20, ...unit(random, 20)),
    ...frames(3),
    id3(5, 1, 2, 3, 4, 5),
    ...frames(2),
    unit(random, 30),
    ...frames(3),
    ...frames(3, { channels: 2, checksum: true }),
    [0xff, 0xf1, 0xff, 0x49, 0x44],
    ...frames(2, { rateIndex: 4 }),
  );
}

describe('the ADTS demuxer', { timeout: 60_000 }, () => {
  it('gives the configuration and the access units without their headers', () => {
    const random = seeded(1);
    const units = Array.from({ length: 4 }, () => unit(random));
    const stream = join(...units.map((bytes) => frame(bytes, { channels: 2, rateIndex: 4 })));
    expect(read([stream])).toEqual(['track 1210', ...packets(units)]);
  });

  it.each<[string, FrameOptions, string]>([
    ['Main, 96 kHz, mono', { profile: 0, rateIndex: 0 }, '0808'],
    ['LC, 16 kHz, mono', { rateIndex: 8 }, '1408'],
    ['LC, 7.35 kHz, 7.1', { rateIndex: 12, channels: 7 }, '1638'],
    ['LTP, 48 kHz, 5.1', { profile: 3, channels: 6 }, '21b0'],
    ['MPEG-2, with a checksum', { id: 1, checksum: true }, '1188'],
  ])('states %s as an AudioSpecificConfig', (_name, options, config) => {
    const units = [Uint8Array.of(1, 2, 3), Uint8Array.of(4)];
    expect(read([join(...units.map((bytes) => frame(bytes, options)))])).toEqual([
      `track ${config}`,
      ...packets(units),
    ]);
  });

  it('gives each access unit with its last byte, without waiting for the next header', () => {
    const demuxer = new AdtsDemuxer();
    const bytes = frame(Uint8Array.of(1, 2, 3));
    expect([...demuxer.read(join(bytes, bytes))].length).toBe(3);
    expect([...demuxer.read(bytes.subarray(0, -1))]).toEqual([]);
    expect([...demuxer.read(bytes.subarray(-1))].length).toBe(1);
  });

  it('copies nothing that lies whole within what was pushed', () => {
    const demuxer = new AdtsDemuxer();
    const bytes = frame(Uint8Array.of(1, 2, 3));
    Array.from(demuxer.read(join(bytes, bytes, bytes.subarray(0, 5))));
    const pushed = join(bytes.subarray(5), bytes, bytes);
    const buffers = Array.from(demuxer.read(pushed), (item) => item.kind === 'packet' && item.bytes.buffer);
    expect(buffers.map((buffer) => buffer === pushed.buffer)).toEqual([false, true, true]);
  });

  it('gives the same for every way of cutting the stream', () => {
    for (let seed = 0; seed < 60; seed++) {
      const random = seeded(seed);
      const stream = recording(random);
      const whole = read([stream]);
      expect(whole.filter((line) => line.startsWith('packet')).length, `seed ${seed}`).toBe(13);
      expect(whole.filter((line) => line.startsWith('track'))).toEqual(['track 1188', 'track 1190', 'track 1208']);
      expect(whole.filter((line) => line === 'damage').length, `seed ${seed}`).toBe(2);
      expect(read(cutAnywhere(random, stream)), `seed ${seed}`).toEqual(whole);
      expect(read(byteByByte(stream)), `seed ${seed}`).toEqual(whole);
    }
  });

  it('passes over tags before and between frames, and a picture of megabytes', () => {
    const bytes = frame(Uint8Array.of(9));
    const picture = join(id3(3_000_000), new Uint8Array(3_000_000).fill(0xff));
    const tag = join([0x54, 0x41, 0x47], new Uint8Array(125));
    const ape = join(
      Array.from('APETAGEX', (letter) => letter.charCodeAt(0)),
      [208, 7, 0, 0, 40, 0, 0, 0],
    );
    const apeHeader = join(ape, [1, 0, 0, 0, 0, 0, 0, 0xa0], new Uint8Array(8), new Uint8Array(40).fill(0xff));
    const lines = read([picture, bytes, bytes, tag, bytes, apeHeader, bytes, id3(0), bytes]);
    expect(lines).toEqual(['track 1188', ...new Array<string>(5).fill('packet 09')]);
  });

  it('begins silently where it joins a stream in mid-frame', () => {
    const bytes = frame(Uint8Array.of(1, 2, 3));
    expect(read([join([7, 7, 7, 0xff, 0xf1], bytes, bytes)])).toEqual(['track 1188', 'packet 010203', 'packet 010203']);
  });

  it('goes on behind damage, which it tells once', () => {
    const good = frame(Uint8Array.of(1));
    const cut = frame(Uint8Array.of(1, 2, 3, 4, 5)).subarray(0, 9);
    const lines = read([join(good, good, [1, 2, 3, 0xff, 0xf1, 9, 9, 9], good, good, cut, good, good, good)]);
    // The cut frame is out before it shows that it is cut, and has a part of the one behind it.
    const cutOne = `packet 0102${hex(good.subarray(0, 3))}`;
    const one = 'packet 01';
    expect(lines).toEqual(['track 1188', one, one, 'damage', one, one, cutOne, 'damage', one, one]);
  });

  it('gives a frame that nothing follows at the end', () => {
    const bytes = frame(Uint8Array.of(5));
    expect(read([bytes])).toEqual(['track 1188', 'packet 05']);
    expect(read([bytes.subarray(0, -1)])).toEqual([]);
  });

  it('refuses channels by a program config element and several access units in a frame', () => {
    const pce = frame(Uint8Array.of(1), { channels: 0 });
    expect(() => read([join(pce, pce)])).toThrow('program config element');
    const two = frame(Uint8Array.of(1, 2), { blocks: 2 });
    expect(() => read([join(two, two)])).toThrow('2 access units');
    const one = frame(Uint8Array.of(1));
    expect(read([join(one, one, two, one)])).toEqual(['track 1188', 'packet 01', 'packet 01', 'damage', 'packet 01']);
  });

  it.each<[string, Uint8Array]>([
    ['zeros', new Uint8Array(65_536)],
    ['sync words', new Uint8Array(65_536).fill(0xff)],
    [
      'headers without a second one',
      join(...Array.from({ length: 9_000 }, () => frame(Uint8Array.of(1)).subarray(0, 7))),
    ],
    ['tags', join(...Array.from({ length: 7_000 }, () => id3(0)))],
    ['a tag that promises 256 MB', join(id3(0x0fff_ffff), new Uint8Array(65_536))],
  ])('refuses a stream of nothing but %s after 16 MiB, and holds next to nothing of it', (_name, bytes) => {
    const demuxer = new AdtsDemuxer();
    const before = process.memoryUsage().arrayBuffers;
    let taken = 0;
    expect(() => {
      for (; taken < 20 * 1_048_576; taken += bytes.length) Array.from(demuxer.read(bytes));
    }).toThrow('no audio within');
    expect(taken).toBeGreaterThan(15.8 * 1_048_576);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
  });

  it('ends in items or in a typed error, for 3,000 mutations', () => {
    let found = 0;
    for (let seed = 0; seed < 3_000; seed++) {
      const random = seeded(seed);
      const at = () => Math.floor(random() * stream.length);
      let stream = recording(random);
      for (let times = 0; times < 4; times++) {
        const [from, to] = [at(), at()];
        if (random() < 0.5) stream = stream.map((byte) => (random() < 0.01 ? Math.floor(random() * 256) : byte));
        else
          stream = join(stream.subarray(0, from), randomBytes(random, 20), stream.subarray(Math.max(from, to - 200)));
      }
      try {
        found += read(cutAnywhere(random, stream)).filter((line) => line.startsWith('packet')).length;
      } catch (error) {
        if (!(error instanceof AudioError)) throw new Error(`seed ${seed}`, { cause: error });
      }
    }
    expect(found).toBeGreaterThan(9_000);
  });

  it('finds no frames in random bytes', () => {
    expect(read([randomBytes(seeded(3), 2_000_000)])).toEqual([]);
  });
});

describe('recognising ADTS', () => {
  const bytes = frame(new Uint8Array(293));

  it('takes two headers in a chain, behind a small tag too', () => {
    for (const head of [bytes, join(id3(60), new Uint8Array(60), bytes)]) {
      const two = join(head, bytes.subarray(0, 3));
      for (let length = 0; length < two.length; length++) expect(matchAdts(two.subarray(0, length))).toBe('so_far');
      expect(matchAdts(two)).toBe('yes');
      expect(matchAdts(join(head, [0xff, 0xf1, 0]))).toBe('no');
    }
    expect(matchAdts(id3(100_000))).toBe('no');
    expect(matchAdts(Uint8Array.of(0xff, 0xfb))).toBe('no');
  });

  it('finds a chain of three that begins in mid-frame', () => {
    expect(findAdts(join([1, 0xff, 2], bytes, bytes, bytes.subarray(0, 7)))).toBe(true);
    expect(findAdts(join([1, 0xff, 2], bytes, bytes, bytes.subarray(0, 6)))).toBe(false);
    expect(findAdts(randomBytes(seeded(4), 1_000_000))).toBe(false);
  });
});
