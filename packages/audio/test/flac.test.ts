import { seeded } from '@live-transcribe/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AudioError } from '../src/errors.ts';
import { openFlac } from '../src/flac/codec.ts';
import { FlacDemuxer } from '../src/flac/demuxer.ts';
import { SearchBudget } from '../src/ogg/search-budget.ts';
import type { MonoSamples, TrackItem } from '../src/track.ts';
import { block, type Coding, type FrameOptions, flacStart, frame, type InfoOptions, streamInfo } from './flac.ts';
import { concatBytes } from './matroska.ts';
import { byteByByte, cutAnywhere, randomBytes } from './random.ts';

beforeEach(() => {
  for (const method of ['error', 'warn', 'log'] as const) vi.spyOn(console, method).mockImplementation(() => {});
});

afterEach(() => {
  for (const method of [console.error, console.warn, console.log]) expect(method).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});

/** A bit of a voice: loud enough to use all bits, smooth enough to be predicted. */
const voice = (random: () => number, length: number, bits: number): number[] =>
  Array.from({ length }, (_, i) =>
    Math.round((0.9 * Math.sin(i / 9) + 0.09 * (random() - 0.5)) * (2 ** (bits - 1) - 1)),
  );

async function decode(packet: Uint8Array, info: InfoOptions): Promise<MonoSamples | undefined> {
  const codec = await openFlac(streamInfo(info));
  try {
    return codec.decode(packet);
  } finally {
    codec.free();
  }
}

const codings: readonly (readonly [string, Coding])[] = [
  ['as they are', { kind: 'verbatim' }],
  ...[0, 1, 2, 3, 4].map((order) => [`predicted by order ${order}`, { kind: 'fixed', order }] as const),
  ['in partitions', { kind: 'fixed', order: 2, residual: { partitionOrder: 4, parameter: 9 } }],
  ['with long parameters', { kind: 'fixed', order: 1, residual: { long: true, parameter: 17 } }],
  ['with a parameter of 0', { kind: 'fixed', order: 2, residual: { parameter: 0 } }],
  ['with residuals as they are', { kind: 'fixed', order: 2, residual: { partitionOrder: 2, escape: 27 } }],
  ['by linear prediction', { kind: 'linear', coefficients: [3_990, -2_100, 150], shift: 11 }],
  ['by much of it', { kind: 'linear', coefficients: Array.from({ length: 32 }, (_, i) => 500 - 31 * i), shift: 13 }],
];

describe('the FLAC codec', () => {
  it.each([8, 12, 16])('gives mono of %i bits as those very samples', async (bitsPerSample) => {
    for (const [name, coding] of codings) {
      const samples = voice(seeded(bitsPerSample), 192, bitsPerSample);
      const decoded = await decode(frame([samples], { bitsPerSample, coding }), { bitsPerSample });
      expect(decoded, name).toEqual(Int16Array.from(samples, (sample) => sample * 2 ** (16 - bitsPerSample)));
    }
  });

  it.each([20, 24])('gives mono of %i bits as floats that are those very samples', async (bitsPerSample) => {
    for (const [name, coding] of codings) {
      // A Rice code of a residual of 20 bits with a parameter of 0 would fill a megabyte.
      if (name === 'with a parameter of 0' || name === 'in partitions') continue;
      const samples = voice(seeded(bitsPerSample), 192, bitsPerSample);
      const decoded = await decode(frame([samples], { bitsPerSample, coding }), { bitsPerSample });
      expect(decoded, name).toEqual(Float32Array.from(samples, (sample) => sample / 2 ** (bitsPerSample - 1)));
    }
  });

  it.each([undefined, 8, 9, 10] as const)('mixes stereo stored in the way %s by its average', async (stereo) => {
    const random = seeded(3);
    for (const bitsPerSample of [8, 16, 24]) {
      const left = voice(random, 192, bitsPerSample);
      const right = voice(random, 192, bitsPerSample).map((sample) => -sample);
      const packet = frame([left, right], {
        bitsPerSample,
        coding: { kind: 'fixed', order: 1 },
        ...(stereo && { stereo }),
      });
      const decoded = await decode(packet, { bitsPerSample, channels: 2 });
      const mean = left.map((sample, i) => (sample + (right[i] ?? 0)) / 2 ** bitsPerSample);
      expect(decoded).toEqual(Float32Array.from(mean));
    }
  });

  it('keeps extreme samples, and bits that were not stored', async () => {
    const extremes = [32_767, -32_768, 32_767, 0, -32_768, -32_768, -1, 1];
    const lows = extremes.map((sample) => -1 - sample);
    const packet = frame([extremes, lows], { stereo: 10 });
    expect(await decode(packet, { channels: 2 })).toEqual(new Float32Array(8).fill(-0.5 / 32_768));
    const wasted = extremes.map((sample) => Math.floor(sample / 8) * 8);
    for (const coding of [{ kind: 'verbatim' }, { kind: 'fixed', order: 2, residual: { parameter: 12 } }] as const) {
      expect(await decode(frame([wasted], { wasted: 3, coding }), {})).toEqual(Int16Array.from(wasted));
    }
    expect(await decode(frame([new Array<number>(500).fill(-7)], { coding: { kind: 'constant' } }), {})).toEqual(
      new Int16Array(500).fill(-7),
    );
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('averages %i channels', async (channels) => {
    const samples = Array.from({ length: channels }, (_, channel) => [100 * channel, -channel, 8 * channel]);
    const decoded = await decode(frame(samples), { channels });
    const mean = [0, 1, 2].map((i) => samples.reduce((sum, channel) => sum + (channel[i] ?? 0), 0) / channels);
    expect(Array.from(decoded ?? [], (value) => Math.round(value * (channels > 1 ? 32_768 : 1) * 1e3))).toEqual(
      mean.map((value) => Math.round(value * 1e3)),
    );
  });

  it('says how long a frame would have sounded, and goes on after damaged ones', async () => {
    const codec = await openFlac(streamInfo());
    const samples = voice(seeded(4), 192, 16);
    const packet = frame([samples], { coding: { kind: 'fixed', order: 2 } });
    for (let at = 0; at < packet.length; at++) {
      expect(codec.decode(packet.with(at, (packet[at] ?? 0) ^ 0x10)), `byte ${at}`).toBeUndefined();
    }
    for (let length = 0; length < packet.length; length++)
      expect(codec.decode(packet.subarray(0, length))).toBeUndefined();
    expect(codec.decode(concatBytes(packet, [0]))).toBeUndefined();
    expect(codec.statedSamples(packet.with(60, 0))).toBe(192);
    expect(codec.statedSamples(packet.subarray(0, 3))).toBe(0);
    expect(codec.statedSamples(packet.with(6, 7))).toBe(0);
    expect(codec.decode(packet)).toEqual(Int16Array.from(samples));
    expect((await codec.end()).length).toBe(0);
  });

  it('takes no sample that its bits do not have, however the prediction runs away', async () => {
    const runaway = frame([[32_767, 0, 0, 0]], {
      coding: { kind: 'linear', coefficients: [16_000, 16_000], shift: 0, residual: { escape: 0 } },
    });
    expect(await decode(runaway, {})).toBeUndefined();
  });

  it('may be freed twice, and says so when used afterwards', async () => {
    const codec = await openFlac(streamInfo());
    codec.free();
    codec.free();
    expect(() => codec.decode(frame([[1, 2]]))).toThrow('freed');
  });

  it.each<[string, InfoOptions, string]>([
    ['1 Hz', { sampleRate: 1 }, 'unsupported_audio'],
    ['0 Hz', { sampleRate: 0 }, 'bad_audio'],
    ['500 kHz', { sampleRate: 500_000 }, 'unsupported_audio'],
    ['3 bits', { bitsPerSample: 3 }, 'bad_audio'],
  ])('refuses %s', async (_name, info, code) => {
    await expect(openFlac(streamInfo(info))).rejects.toMatchObject({ name: 'AudioError', code });
  });
});

/** Items as values, to be compared. */
function demux(pieces: readonly Uint8Array[]): TrackItem[] {
  const demuxer = new FlacDemuxer();
  const items: TrackItem[] = [];
  for (const piece of pieces) {
    for (const item of demuxer.read(piece))
      items.push(item.kind === 'packet' ? { ...item, bytes: item.bytes.slice() } : item);
    // The receiver's memory is used again.
    piece.fill(0xaa);
  }
  return items;
}

const copied = (pieces: readonly Uint8Array[]): Uint8Array[] => pieces.map((piece) => piece.slice());

const packetsOf = (items: readonly TrackItem[]) => items.filter((item) => item.kind === 'packet');

const frames = (random: () => number, count: number, options: FrameOptions = {}): Uint8Array[] =>
  Array.from({ length: count }, (_, number) =>
    frame([voice(random, 192, 16)], { number, coding: { kind: 'fixed', order: number % 5 }, ...options }),
  );

const plain = frames(seeded(20), 12);

describe('the FLAC demuxer', () => {
  it('gives each frame with its last byte, and its time', () => {
    const start = flacStart(streamInfo(), block(4, new Uint8Array(70)), block(1, new Uint8Array(300), true));
    const demuxer = new FlacDemuxer();
    expect(Array.from(demuxer.read(start))).toEqual([
      { kind: 'track', format: { codec: 'flac', streamInfo: streamInfo() } },
    ]);
    for (const [number, bytes] of plain.entries()) {
      expect(Array.from(demuxer.read(bytes.subarray(0, -1)))).toEqual([]);
      expect(Array.from(demuxer.read(bytes.subarray(-1)))).toEqual([{ kind: 'packet', bytes, atMs: number * 12 }]);
    }
  });

  it('gives the same however it is cut, in sound streams and in damaged ones', () => {
    const random = seeded(21);
    const restart = concatBytes(...plain.slice(0, 3), flacStart(), ...plain.slice(0, 2));
    const sound = concatBytes(flacStart(streamInfo(), block(6, new Uint8Array(999), true)), ...plain, restart);
    for (let round = 0; round < 40; round++) {
      const stream = round === 0 ? sound : mutated(random, sound);
      const outcome = (pieces: readonly Uint8Array[]) => {
        const items: TrackItem[] = [];
        try {
          items.push(...demux(copied(pieces)));
        } catch (error) {
          expect(error).toBeInstanceOf(AudioError);
          return error;
        }
        return items;
      };
      const whole = outcome([stream]);
      expect(outcome(byteByByte(stream)), `round ${round}`).toEqual(whole);
      expect(outcome(cutAnywhere(random, stream)), `round ${round}`).toEqual(whole);
    }
  });

  it('does not copy a frame that lies within what was pushed', () => {
    const stream = concatBytes(flacStart(), ...plain);
    for (const item of new FlacDemuxer().read(stream)) {
      if (item.kind === 'packet') expect(item.bytes.buffer).toBe(stream.buffer);
    }
  });

  it('leaves a frame out of which a bit is wrong, and says so once', () => {
    const frameBytes = concatBytes(...plain);
    const start = flacStart();
    const random = seeded(22);
    for (let round = 0; round < 60; round++) {
      const at = Math.floor(random() * frameBytes.length);
      const damaged = frameBytes.with(at, (frameBytes[at] ?? 0) ^ (1 << Math.floor(random() * 8)));
      const items = demux([concatBytes(start, damaged, plain[0] ?? [], plain[1] ?? [])]);
      const hit = plain.findIndex((_, i) => at < plain.slice(0, i + 1).reduce((sum, bytes) => sum + bytes.length, 0));
      const times = packetsOf(items).map(({ atMs }) => (atMs ?? Number.NaN) / 12);
      expect(times, `byte ${at}`).toEqual([...plain.keys()].filter((number) => number !== hit).concat(0, 1));
      expect(items.filter(({ kind }) => kind === 'damage').length).toBe(1);
    }
  });

  it('finds its way after bytes were lost or put in', () => {
    const random = seeded(23);
    const third = plain[3] ?? new Uint8Array(0);
    for (const junk of [randomBytes(random, 5_000), new Uint8Array(5_000), new Uint8Array(5_000).fill(0xff)]) {
      const inserted = [flacStart(), ...plain.slice(0, 3), junk, ...plain.slice(3)];
      const items = demux([concatBytes(...inserted)]);
      expect(packetsOf(items).map(({ bytes }) => bytes)).toEqual(plain);
      expect(items[4]).toMatchObject({ kind: 'damage' });
    }
    const cut = [flacStart(), ...plain.slice(0, 3), third.subarray(0, 100), ...plain.slice(4)];
    expect(packetsOf(demux([concatBytes(...cut)])).length).toBe(11);
  });

  it('goes on to another stream, where one should be and where none should be', () => {
    const other = flacStart(streamInfo({ sampleRate: 8_000 }));
    const others = frames(seeded(24), 3, { rateCode: 4 });
    for (const broken of [new Uint8Array(0), plain[2]?.subarray(0, 90) ?? []]) {
      const items = demux([concatBytes(flacStart(), ...plain.slice(0, 2), broken, other, ...others)]);
      const kinds = items.map(({ kind }) => kind).filter((kind) => kind !== 'damage');
      expect(kinds).toEqual(['track', 'packet', 'packet', 'track', 'packet', 'packet', 'packet']);
      expect(packetsOf(items).map(({ atMs }) => atMs)).toEqual([0, 12, 0, 24, 48]);
    }
  });

  it('counts samples where the blocks differ', () => {
    const info = streamInfo({ blockSize: 0 });
    const bytes = frame([voice(seeded(25), 100, 16)], { number: 3_000 });
    expect(packetsOf(demux([concatBytes(flacStart(info), bytes)]))[0]?.atMs).toBe((3_000 * 100) / 16);
    const variable = frame([voice(seeded(25), 100, 16)], { number: 3_000, variable: true });
    expect(packetsOf(demux([concatBytes(flacStart(), variable)]))[0]?.atMs).toBe(3_000 / 16);
    const far = frame([[1, 2]], { number: 2 ** 31 - 1 });
    expect(packetsOf(demux([concatBytes(flacStart(), far)]))[0]?.atMs).toBe((2 ** 31 - 1) * 12);
  });

  it('takes rate and bits from the header of the stream where a frame does not say', () => {
    const info = streamInfo({ sampleRate: 11_025, bitsPerSample: 12 });
    const bytes = frame([[1, 2, 3]], { number: 1, rateCode: 0, bitsPerSample: 12, depthCode: 0 });
    expect(packetsOf(demux([concatBytes(flacStart(info), bytes)]))[0]?.atMs).toBeCloseTo((192 * 1_000) / 11_025);
  });

  it('passes a tag in front and a large picture by without holding them', () => {
    const tag = concatBytes([0x49, 0x44, 0x33, 4, 0, 0x10, 0, 0, 7, 0x68], new Uint8Array(1_000), new Uint8Array(10));
    const demuxer = new FlacDemuxer();
    const pictureBytes = 2 ** 24 - 1;
    Array.from(demuxer.read(concatBytes(tag, flacStart(streamInfo(), Uint8Array.of(0x86, 0xff, 0xff, 0xff)))));
    const chunk = new Uint8Array(65_536);
    const before = process.memoryUsage().arrayBuffers;
    for (let left = pictureBytes; left > 0; left -= chunk.length) {
      expect(Array.from(demuxer.read(chunk.subarray(0, left)))).toEqual([]);
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
    expect(Array.from(demuxer.read(concatBytes(...plain))).length).toBe(12);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['something else', Uint8Array.of(1, 2, 3), /does not begin/],
    ['another first block', concatBytes([0x66, 0x4c, 0x61, 0x43], block(4, [1, 2])), /expected STREAMINFO/],
    ['a short STREAMINFO', concatBytes([0x66, 0x4c, 0x61, 0x43], block(0, [1, 2])), /expected STREAMINFO/],
    ['0 Hz', flacStart(streamInfo({ sampleRate: 0 })), /0 Hz/],
    ['a forbidden block', flacStart(streamInfo(), block(127, [])), /127/],
  ])('refuses %s, however it is cut', (_name, stream, message) => {
    for (const pieces of [[stream], byteByByte(stream)]) {
      expect(() => demux(copied(pieces))).toThrow(
        expect.objectContaining({ code: 'bad_audio', message: expect.stringMatching(message) }),
      );
    }
  });
});

function mutated(random: () => number, bytes: Uint8Array): Uint8Array {
  const at = Math.floor(random() * bytes.length);
  switch (Math.floor(random() * 5)) {
    case 0:
      return bytes.map((byte) => (random() < 0.005 ? Math.floor(random() * 256) : byte));
    case 1:
      return concatBytes(bytes.subarray(0, at), bytes.subarray(at + Math.floor(random() * 900)));
    case 2:
      return concatBytes(bytes.subarray(0, at), randomBytes(random, 300), bytes.subarray(at));
    case 3:
      return concatBytes(bytes.subarray(0, at), bytes.subarray(Math.floor(random() * bytes.length)));
    default:
      return bytes.with(at, Math.floor(random() * 256));
  }
}

describe('hostile FLAC', { timeout: 60_000 }, () => {
  it('ends in packets within the input or in a typed error, and decodes to samples or nothing', async () => {
    const codec = await openFlac(streamInfo());
    const sound = concatBytes(flacStart(), ...plain.slice(0, 4));
    let packets = 0;
    for (let seed = 0; seed < 2_000; seed++) {
      const random = seeded(seed);
      let found = 0;
      const stream = mutated(random, mutated(random, sound));
      try {
        const demuxer = new FlacDemuxer();
        for (const piece of cutAnywhere(random, stream)) {
          for (const item of demuxer.read(piece)) {
            if (item.kind !== 'packet') continue;
            found += item.bytes.length;
            packets++;
            expect(codec.decode(item.bytes)?.length, `seed ${seed}`).toBe(codec.statedSamples(item.bytes));
          }
        }
      } catch (error) {
        if (!(error instanceof AudioError)) throw new Error(`seed ${seed}`, { cause: error });
      }
      expect(found, `seed ${seed}`).toBeLessThanOrEqual(stream.length);
    }
    expect(packets).toBeGreaterThan(2_000);
  });

  it('decodes no frame that is right in its checksums alone into anything but samples', async () => {
    const codec = await openFlac(streamInfo());
    let decoded = 0;
    for (let seed = 0; seed < 3_000; seed++) {
      const random = seeded(seed);
      const samples = codec.decode(resealed(mutated(random, plain[seed % 5] ?? new Uint8Array(0)), 8));
      if (samples?.every((sample) => Number.isInteger(sample))) decoded++;
    }
    expect(decoded).toBeGreaterThan(100);
  });

  it('searches through nested false frames within its budget', () => {
    // A header every nine bytes, each of which promises a frame of 65,536 verbatim samples.
    const promise = frame([new Array<number>(65_536).fill(0)]).subarray(0, 8);
    const bait = new Uint8Array(2_000_000);
    for (let at = 0; at + 9 < bait.length; at += 9) bait.set([...promise, 0x02], at);
    const demuxer = new FlacDemuxer();
    const items = Array.from(demuxer.read(concatBytes(flacStart(), bait, ...plain)));
    expect(items.filter(({ kind }) => kind === 'damage').length).toBe(1);
    const budget = new SearchBudget();
    let reads = 0;
    for (let at = 0; at < 1_000_000; at += 9) if (budget.spend(130_000, 130_000 + at)) reads += 130_000;
    expect(reads).toBeLessThan(9 * 1_130_000);
  });

  it('refuses a stream of nothing but damage or headers after 20 MiB', () => {
    for (const unit of [new Uint8Array(65_536), concatBytes(...new Array<Uint8Array>(1_500).fill(flacStart()))]) {
      const demuxer = new FlacDemuxer();
      Array.from(demuxer.read(flacStart()));
      let taken = 0;
      expect(() => {
        for (; taken < 40 * 1_048_576; taken += unit.length) Array.from(demuxer.read(unit)).length = 0;
      }).toThrow('no audio within');
      expect(taken / 1_048_576).toBeCloseTo(20, 0);
    }
  });

  it('allocates by what has arrived, not by what is promised', () => {
    const start = concatBytes(flacStart(), frame([new Array<number>(65_536).fill(0)]).subarray(0, 100));
    const before = process.memoryUsage().arrayBuffers;
    const demuxers = Array.from({ length: 400 }, () => {
      const demuxer = new FlacDemuxer();
      Array.from(demuxer.read(start));
      return demuxer;
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(demuxers.length * 10_000);
  });

  it('holds no more than a frame may have', () => {
    // Zeros without end are a Rice code that does not end.
    const endless = frame([voice(seeded(30), 4_096, 16)], { coding: { kind: 'fixed', order: 0 } }).subarray(0, 200);
    const demuxer = new FlacDemuxer();
    Array.from(demuxer.read(concatBytes(flacStart(), endless)));
    const before = process.memoryUsage().arrayBuffers;
    const chunk = new Uint8Array(65_536);
    const damage: TrackItem[] = [];
    for (let i = 0; i < 64; i++) damage.push(...demuxer.read(chunk));
    expect(damage.length).toBe(1);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(3 * 1_048_576);
  });
});

/** The frame with checksums that are right again. */
function resealed(bytes: Uint8Array, headerBytes: number): Uint8Array {
  if (bytes.length < headerBytes + 2) return bytes;
  const body = bytes.slice(0, -2);
  body[headerBytes - 1] = crc8Of(body, headerBytes - 1);
  const crc = crc16Of(body);
  return concatBytes(body, [crc >> 8, crc & 255]);
}

const crc8Of = (bytes: Uint8Array, end: number): number => {
  let crc = 0;
  for (const byte of bytes.subarray(0, end))
    for (let i = 7; i >= 0; i--) crc = ((crc << 1) & 255) ^ (((crc >> 7) ^ (byte >> i)) & 1 ? 7 : 0);
  return crc;
};

const crc16Of = (bytes: Uint8Array): number => {
  let crc = 0;
  for (const byte of bytes)
    for (let i = 7; i >= 0; i--) crc = ((crc << 1) & 65_535) ^ (((crc >> 15) ^ (byte >> i)) & 1 ? 0x8005 : 0);
  return crc;
};
