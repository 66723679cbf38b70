import { seeded } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import { Mp4Demuxer } from '../src/mp4/demuxer.ts';
import type { TrackFormat, TrackItem } from '../src/track.ts';
import {
  aacEntry,
  box,
  demuxed,
  descriptor,
  dOps,
  elst,
  entry,
  esDescriptor,
  esds,
  f64,
  fragment,
  ftyp,
  fullBox,
  largeBox,
  liveMovie,
  moof,
  mvhd,
  opusEntry,
  opusFragment,
  stco,
  stsz,
  tables,
  tfdt32,
  traf,
  trak,
  trex,
  trun,
  u16,
  u32,
  u64,
  v1,
  zeros,
} from './isobmff.ts';
import { concatBytes, text } from './matroska.ts';
import { byteByByte, cutAnywhere, randomBytes } from './random.ts';

const read = (...parts: readonly Uint8Array[]): TrackItem[] => demuxed(new Mp4Demuxer(), [concatBytes(...parts)]);

const packetsOf = (items: readonly TrackItem[]) => items.filter((item) => item.kind === 'packet');
const bytesOf = (items: readonly TrackItem[]): number[][] => packetsOf(items).map(({ bytes }) => [...bytes]);
const timesOf = (items: readonly TrackItem[]) => packetsOf(items).map(({ atMs }) => atMs);
const kindsOf = (items: readonly TrackItem[]): string[] => items.map(({ kind }) => kind);

const packets = (count: number, seed = 1): Uint8Array[] => {
  const random = seeded(seed);
  return Array.from({ length: count }, () => randomBytes(random, 1 + Math.floor(random() * 60)));
};

const live = (...fragments: readonly Uint8Array[]): Uint8Array => concatBytes(ftyp(), liveMovie(), ...fragments);

/** A file with its index in front; `make` gets the place at which its media begins. */
function indexed(make: (mediaStart: number) => Uint8Array, ...media: readonly Uint8Array[]): Uint8Array {
  const start = ftyp().length + make(0).length + 8;
  return concatBytes(ftyp(), make(start), box('mdat', ...media));
}

const movie = (track: Uint8Array): Uint8Array => box('moov', mvhd(), track);

describe('fragmented MP4', () => {
  it('gives the packets with their times', () => {
    const [a, b] = [packets(3, 1), packets(2, 2)];
    const items = read(live(opusFragment(4_800, a), opusFragment(7_680, b)));
    expect(kindsOf(items)).toEqual(['track', ...Array<string>(5).fill('packet')]);
    expect(items[0]).toMatchObject({ format: { codec: 'opus', head: { preSkip: 312, gain: 1 } } });
    expect(bytesOf(items)).toEqual([...a, ...b].map((packet) => [...packet]));
    expect(timesOf(items)).toEqual([100, 120, 140, 160, 180]);
  });

  it('takes sizes and durations from the run, the fragment or the movie', () => {
    const media = Uint8Array.from({ length: 24 }, (_, i) => i);
    const inMovie = fragment(
      (dataOffset) => moof(traf({ runs: [trun({ dataOffset, count: 3 })] })),
      media.subarray(0, 12),
    );
    const inPart = fragment(
      (dataOffset) => moof(traf({ duration: 480, size: 6, runs: [trun({ dataOffset, count: 1 })] })),
      media.subarray(12, 18),
    );
    const inRun = fragment(
      (dataOffset) =>
        moof(traf({ runs: [trun({ dataOffset, sizes: [1, 5], durations: [96, 960], firstFlags: true })] })),
      media.subarray(18),
    );
    const items = read(ftyp(), liveMovie([trak()], [trex(9, 7, 7), trex(1, 960, 4)]), inMovie, inPart, inRun);
    expect(packetsOf(items).map(({ bytes }) => bytes.length)).toEqual([4, 4, 4, 6, 1, 5]);
    expect(packetsOf(items).flatMap(({ bytes }) => [...bytes])).toEqual([...media]);
    expect(timesOf(items)).toEqual([0, 20, 40, 60, 70, 72]);
  });

  it('reads several runs, one behind the other or with an offset of its own', () => {
    const runs = (dataOffset: number) => [
      trun({ dataOffset, sizes: [2, 3] }),
      trun({ sizes: [1] }),
      trun({ dataOffset: dataOffset + 10, sizes: [4] }),
    ];
    const media = Uint8Array.from({ length: 14 }, (_, i) => i);
    const items = read(live(fragment((at) => moof(traf({ duration: 960, tfdt: tfdt32(960), runs: runs(at) })), media)));
    expect(bytesOf(items)).toEqual([[0, 1], [2, 3, 4], [5], [10, 11, 12, 13]]);
    expect(timesOf(items)).toEqual([20, 40, 60, 80]);
  });

  it('counts from the beginning of the file where a fragment says so', () => {
    const [first, second] = [packets(2, 1), packets(2, 2)];
    const at = live().length;
    const absolute = (start: number, media: readonly Uint8Array[]) =>
      fragment(
        (dataOffset) =>
          moof(
            traf({
              flags: 0,
              base: start,
              duration: 960,
              runs: [trun({ dataOffset, sizes: media.map(({ length }) => length) })],
            }),
          ),
        ...media,
      );
    const one = absolute(at, first);
    const items = read(live(one, absolute(at + one.length, second)));
    expect(bytesOf(items)).toEqual([...first, ...second].map((packet) => [...packet]));
    // A second recording on the same connection counts from its own beginning.
    const twice = read(live(one), live(one));
    expect(bytesOf(twice)).toEqual([...first, ...first].map((packet) => [...packet]));
  });

  it('goes on where the part of the track before ends, without a base', () => {
    const parts = (dataOffset: number) =>
      moof(
        traf({ id: 7, flags: 0, size: 5, runs: [trun({ dataOffset, count: 2 })] }),
        traf({ flags: 0, duration: 960, runs: [trun({ sizes: [2, 1] })] }),
      );
    const items = read(live(fragment(parts, zeros(10), Uint8Array.of(1, 2, 3))));
    expect(bytesOf(items)).toEqual([[1, 2], [3]]);
  });

  it('passes over other tracks, in the same fragment or another', () => {
    const [a, b] = [packets(2, 1), packets(3, 2)];
    const video = randomBytes(seeded(3), 5_000);
    const both = fragment(
      (dataOffset) =>
        moof(
          traf({
            id: 1,
            duration: 512,
            size: video.length,
            // Each track has a clock of its own.
            tfdt: tfdt32(9_999),
            runs: [trun({ dataOffset, count: 1 })],
          }),
          traf({
            id: 2,
            duration: 960,
            runs: [trun({ dataOffset: dataOffset + video.length, sizes: a.map(({ length }) => length) })],
          }),
        ),
      video,
      ...a,
    );
    const alone = (id: number, media: readonly Uint8Array[]) =>
      fragment(
        (dataOffset) =>
          moof(traf({ id, duration: 960, runs: [trun({ dataOffset, sizes: media.map(({ length }) => length) })] })),
        ...media,
      );
    const head = liveMovie([trak({ id: 1, handler: 'vide' }), trak({ id: 2 })], [trex(1), trex(2)]);
    const items = read(ftyp(), head, both, alone(1, [video]), alone(2, b), alone(1, [video]));
    expect(bytesOf(items)).toEqual([...a, ...b].map((packet) => [...packet]));
    expect(timesOf(items)).toEqual([0, 20, 40, 60, 80]);
    expect(kindsOf(items)).not.toContain('damage');
  });

  it('shows a missing fragment as a gap, and goes on by itself without times', () => {
    const one = packets(1);
    const untimed = fragment(
      (dataOffset) => moof(traf({ duration: 960, runs: [trun({ dataOffset, count: 2 })], size: 1 })),
      zeros(2),
    );
    const late = 2 ** 33 * 48_000;
    const items = read(live(opusFragment(0, one), opusFragment(48_000, one), untimed, opusFragment(late, one)));
    expect(timesOf(items)).toEqual([0, 1_000, 1_020, 1_040, late / 48]);
  });

  it('passes over boxes that it does not need, and takes a size in 64 bits', () => {
    const one = packets(1);
    const others = ['free', 'styp', 'sidx', 'emsg', 'prft', 'uuid', 'abcd'].map((type) => box(type, zeros(30)));
    const plain = opusFragment(0, one);
    const large = (() => {
      const media = concatBytes(...one);
      const make = (dataOffset: number) =>
        moof(traf({ duration: 960, runs: [trun({ dataOffset, sizes: [media.length] })] }));
      return concatBytes(make(make(0).length + 16), largeBox('mdat', 16 + media.length, media));
    })();
    const items = read(
      ftyp(),
      ...others,
      liveMovie(),
      ...others,
      plain,
      largeBox('free', 20, zeros(4)),
      large,
      box('mfra'),
    );
    expect(bytesOf(items)).toEqual([...one, ...one].map((packet) => [...packet]));
    expect(kindsOf(items)).not.toContain('damage');
  });

  it('begins a new track with every header in the stream', () => {
    const one = packets(1);
    const stream = live(opusFragment(0, one));
    const items = read(stream, stream, liveMovie([trak({ entries: [aacEntry()] })]), opusFragment(0, one));
    expect(kindsOf(items)).toEqual(['track', 'packet', 'track', 'packet', 'track', 'packet']);
    expect(items[4]).toMatchObject({ format: { codec: 'aac' } });
  });

  it('gives a packet with its last byte, out of the middle of a fragment', () => {
    const media = packets(4, 5);
    const stream = live(opusFragment(0, media));
    const demuxer = new Mp4Demuxer();
    const lengths = media.map(({ length }) => length);
    const mediaBytes = lengths.reduce((sum, length) => sum + length, 0);
    let at = stream.length - mediaBytes;
    expect(demuxed(demuxer, [stream.subarray(0, at)])).toHaveLength(1);
    for (const length of lengths) {
      expect(demuxed(demuxer, [stream.subarray(at, at + length - 1)])).toEqual([]);
      expect(demuxed(demuxer, [stream.subarray(at + length - 1, at + length)])).toHaveLength(1);
      at += length;
    }
  });

  it('does not copy a packet that lies whole in what came', () => {
    const stream = live(opusFragment(0, packets(3)));
    const buffers = [];
    for (const item of new Mp4Demuxer().read(stream)) if (item.kind === 'packet') buffers.push(item.bytes.buffer);
    expect(buffers.map((buffer) => buffer === stream.buffer)).toEqual([true, true, true]);
  });

  it('takes media that lasts to the end of the stream', () => {
    const [one] = packets(1);
    const head = (dataOffset: number) =>
      moof(traf({ duration: 960, runs: [trun({ dataOffset, sizes: [one?.length ?? 0] })] }));
    const endless = concatBytes(u32(0), [0x6d, 0x64, 0x61, 0x74], one ?? []);
    expect(bytesOf(read(live(head(head(0).length + 8), endless)))).toEqual([[...(one ?? [])]]);
  });
});

describe('MP4 with its index in front', () => {
  const file = (options: Parameters<typeof trak>[0] & { readonly offsets?: (at: number) => Uint8Array }) => {
    const media = Uint8Array.from({ length: 40 }, (_, i) => i);
    return indexed(
      (at) =>
        movie(
          trak({
            tables: tables({
              stts: [
                [2, 960],
                [2, 480],
              ],
              stsc: [
                [1, 1],
                [2, 2],
                [3, 1],
              ],
              sizes: stsz([3, 4, 5, 6]),
              offsets: options.offsets?.(at) ?? stco([at, at + 10, at + 30]),
            }),
            ...options,
          }),
        ),
      media,
    );
  };
  const expected = [
    [0, 1, 2],
    [10, 11, 12, 13],
    [14, 15, 16, 17, 18],
    [30, 31, 32, 33, 34, 35],
  ];

  it('gives the packets of its chunks', () => {
    const items = read(file({}));
    expect(bytesOf(items)).toEqual(expected);
    expect(timesOf(items)).toEqual([0, 20, 40, 50]);
  });

  it('reads offsets of 64 bits', () => {
    const offsets = (at: number) => fullBox('co64', 0, u32(3), [at, at + 10, at + 30].flatMap(u64));
    expect(bytesOf(read(file({ offsets })))).toEqual(expected);
  });

  it.each([
    [4, [0x34, 0x56]],
    [8, [3, 4, 5, 6]],
    [16, [3, 4, 5, 6].flatMap(u16)],
  ])('reads sizes of %i bits', (bits, rows) => {
    const stream = indexed(
      (at) =>
        movie(
          trak({
            tables: tables({
              stts: [[4, 960]],
              stsc: [[1, 4]],
              sizes: fullBox('stz2', 0, u32(bits), u32(4), rows),
              offsets: stco([at]),
            }),
          }),
        ),
      zeros(18),
    );
    expect(packetsOf(read(stream)).map(({ bytes }) => bytes.length)).toEqual([3, 4, 5, 6]);
  });

  it('passes over a chunk that does not lie where it can be reached', () => {
    const items = read(file({ offsets: (at) => stco([at + 20, at, at + 30]) }));
    expect(kindsOf(items)).toEqual(['track', 'packet', 'damage', 'packet']);
    expect(bytesOf(items)).toEqual([
      [20, 21, 22],
      [30, 31, 32, 33, 34, 35],
    ]);
    expect(timesOf(items)).toEqual([0, 50]);
  });

  it('refuses an index at the end, and says what to do', () => {
    expect(() => read(ftyp(), box('free'), box('mdat'), box('mdat', zeros(1)))).toThrow(
      expect.objectContaining({ code: 'unsupported_audio', message: expect.stringContaining('faststart') }),
    );
    expect(() => read(ftyp(), concatBytes(u32(0), [0x6d, 0x64, 0x61, 0x74]), zeros(1))).toThrow('faststart');
  });

  it.each([
    ['a fragment', moof()],
    ['media', box('mdat', zeros(3))],
    ['a segment', concatBytes(box('styp', zeros(8)), moof())],
  ])('refuses a stream that begins with %s', (_name, start) => {
    expect(() => read(start)).toThrow(
      expect.objectContaining({ code: 'unsupported_audio', message: expect.stringContaining('joined in the middle') }),
    );
  });
});

describe('priming and padding in MP4', () => {
  const aac = (edits: Uint8Array | undefined, stts: readonly (readonly [number, number])[] = [[4, 1_024]]) =>
    read(
      indexed(
        (at) =>
          movie(
            trak({
              entries: [aacEntry()],
              ...(edits && { elst: edits }),
              tables: tables({ stts, stsc: [[1, 4]], sizes: stsz([5, 5, 5, 5]), offsets: stco([at]) }),
            }),
          ),
        zeros(20),
      ),
    );
  const discards = (items: readonly TrackItem[]) =>
    packetsOf(items).map(({ discardMs = 0 }) => Math.round(discardMs * 48));

  it('skips what lies before the first edit that is not empty', () => {
    expect(aac(undefined)[0]).not.toHaveProperty('skipMs');
    expect(aac(elst([0, 0]))[0]).not.toHaveProperty('skipMs');
    expect(aac(elst([0, 2_112]))[0]).toMatchObject({ skipMs: 44 });
    expect(aac(elst([500, -1], [0, 2_112]))[0]).toMatchObject({ skipMs: 44 });
    const large = fullBox('elst', v1, u32(1), u64(0), u64(2_112), u32(65_536));
    expect(aac(large)[0]).toMatchObject({ skipMs: 44 });
  });

  it('drops the padding of a last packet that lasts shorter', () => {
    expect(
      discards(
        aac(undefined, [
          [3, 1_024],
          [1, 24],
        ]),
      ),
    ).toEqual([0, 0, 0, 1_000]);
    // A short one in the middle is a clock that jitters.
    expect(
      discards(
        aac(undefined, [
          [1, 1_024],
          [1, 24],
          [2, 1_024],
        ]),
      ),
    ).toEqual([0, 0, 0, 0]);
  });

  it('drops what lies behind the edit', () => {
    // 50 ms are 2,400 samples, behind 1,024 of priming.
    expect(discards(aac(elst([50, 1_024])))).toEqual([0, 0, 0, 4_096 - 3_424]);
    expect(discards(aac(elst([20, 1_024])))).toEqual([0, 64, 1_024, 1_024]);
    // Of several parts none is the end.
    expect(discards(aac(elst([20, 1_024], [20, 3_000])))).toEqual([0, 0, 0, 0]);
  });

  it('does not skip the pre-skip of Opus twice', () => {
    const opus = (mediaTime: number) =>
      read(ftyp(), liveMovie([trak({ elst: elst([0, mediaTime]), timescale: 16_000 })]))[0];
    expect(opus(104)).not.toHaveProperty('skipMs');
    expect(opus(0)).not.toHaveProperty('skipMs');
    expect(opus(104 + 160)).toMatchObject({ skipMs: 10 });
  });

  it('tells the padding of Opus from what the packet itself says', () => {
    // 60 ms: three frames of 20 ms.
    const packet = Uint8Array.of((31 << 3) | 3, 3, 1, 2, 3);
    const stream = indexed(
      (at) =>
        movie(
          trak({
            tables: tables({ stts: [[1, 1_920]], stsc: [[1, 1]], sizes: stsz([5]), offsets: stco([at]) }),
            elst: elst([30, 312]),
          }),
        ),
      packet,
    );
    const [last] = packetsOf(read(stream));
    expect(last?.discardMs).toBeCloseTo(60 - 30 - 6.5, 9);
  });

  it('drops nothing at the end of a fragment, where the clock of a recorder jitters', () => {
    const stream = fragment(
      (dataOffset) => moof(traf({ runs: [trun({ dataOffset, sizes: [2, 2], durations: [960, 480] })] })),
      zeros(4),
    );
    expect(discards(read(live(stream)))).toEqual([0, 0]);
  });
});

describe('codecs in MP4', () => {
  const formatOf = (sampleEntry: Uint8Array, options: Parameters<typeof trak>[0] = {}): TrackFormat | undefined => {
    const [track] = read(ftyp(), liveMovie([trak({ entries: [sampleEntry], ...options })]));
    return track?.kind === 'track' ? track.format : undefined;
  };
  const pcm = (type: string, sampleRate = 48_000, channels = 1) => ({
    codec: 'pcm',
    format: { type, sampleRate, channels },
  });

  it('reads AAC from its descriptor', () => {
    expect(formatOf(aacEntry())).toEqual({ codec: 'aac', config: Uint8Array.of(0x11, 0x88) });
    const flags = [0xe0, 0, 1, 2, 0x61, 0x62, 0, 3];
    const long = fullBox('esds', 0, esDescriptor(0x67, [0x2b, 0x11, 0x88, 0], flags));
    expect(formatOf(entry('mp4a', long))).toEqual({ codec: 'aac', config: Uint8Array.of(0x2b, 0x11, 0x88, 0) });
    const shortLengths = fullBox('esds', 0, [3, 21, 0, 1, 0, 4, 16, 0x40, 0x15], zeros(11), [5, 1 + 1, 0x12, 0x10]);
    expect(() => formatOf(entry('mp4a', shortLengths))).toThrow('fields need more');
    expect(() => formatOf(entry('mp4a', esds(0x40, [])))).toThrow('AudioSpecificConfig');
  });

  it("finds the descriptor in QuickTime's wave", () => {
    const wave = box('wave', box('frma', zeros(4)), esds(), box('\0\0\0\0'));
    expect(formatOf(entry('mp4a', wave, { version: 1 }))).toMatchObject({ codec: 'aac' });
    // The second version of the description has an entry of version 1 without QuickTime's fields.
    const iso = concatBytes(entry('mp4a', esds()));
    iso[17] = 1;
    expect(formatOf(iso, { descriptionVersion: v1 })).toMatchObject({ codec: 'aac' });
  });

  it('reads MP3, by its descriptor or name', () => {
    expect(formatOf(entry('mp4a', esds(0x6b, [])))).toEqual({ codec: 'mp3' });
    expect(formatOf(entry('mp4a', esds(0x69, [])))).toEqual({ codec: 'mp3' });
    expect(formatOf(entry('.mp3'))).toEqual({ codec: 'mp3' });
  });

  it('reads Opus, with a gain and a channel mapping', () => {
    const box51 = box('dOps', [0, 6], u16(300), u32(48_000), u16(256), [1, 4, 2, 0, 4, 1, 2, 3, 5]);
    expect(formatOf(entry('Opus', box51))).toEqual({
      codec: 'opus',
      head: {
        layout: { channels: 6, streams: 4, coupledStreams: 2, mapping: [0, 4, 1, 2, 3, 5] },
        preSkip: 300,
        gain: 10 ** (1 / 20),
      },
    });
    expect(() => formatOf(entry('Opus', dOps(0, 3)))).toThrow('Opus with 3 channels');
    expect(() => formatOf(entry('Opus'))).toThrow('no box dOps');
    const later = dOps();
    later[8] = 1;
    expect(() => formatOf(entry('Opus', later))).toThrow('Version 1 of Opus');
  });

  it('reads FLAC', () => {
    const streamInfo = Uint8Array.from({ length: 34 }, (_, i) => i);
    expect(formatOf(entry('fLaC', fullBox('dfLa', 0, [0x80, 0, 0, 34], streamInfo)))).toEqual({
      codec: 'flac',
      streamInfo,
    });
    expect(() => formatOf(entry('fLaC', fullBox('dfLa', 0, [4, 0, 0, 34], streamInfo)))).toThrow('expected STREAMINFO');
  });

  const little = box('wave', box('enda', u16(1)));
  const pcmC = (flags: number, bits: number) => fullBox('pcmC', 0, [flags, bits]);
  it.each<[string, Uint8Array, string]>([
    ['sowt', entry('sowt'), 's16le'],
    ['sowt of 8 bits', entry('sowt', [], { bits: 8 }), 's8'],
    ['twos', entry('twos', [], { bits: 24 }), 's24be'],
    ['raw of 8 bits', entry('raw ', [], { bits: 8 }), 'u8'],
    ['in24', entry('in24', [], { version: 1 }), 's24be'],
    ['in24 with enda', entry('in24', little, { version: 1 }), 's24le'],
    ['in32', entry('in32'), 's32be'],
    ['fl32 with enda', entry('fl32', little), 'f32le'],
    ['fl64', entry('fl64'), 'f64be'],
    ['ulaw', entry('ulaw'), 'mulaw'],
    ['alaw', entry('alaw'), 'alaw'],
    ['ipcm', entry('ipcm', pcmC(1, 24)), 's24le'],
    ['ipcm, big-endian', entry('ipcm', pcmC(0, 16)), 's16be'],
    ['fpcm', entry('fpcm', pcmC(1, 64)), 'f64le'],
  ])('reads PCM: %s', (_name, sampleEntry, type) => {
    expect(formatOf(sampleEntry)).toEqual(pcm(type));
  });

  it.each<[number, number, string]>([
    [1 | 8, 32, 'f32le'],
    [1 | 2 | 8, 64, 'f64be'],
    [4 | 8, 16, 's16le'],
    [2 | 4 | 8, 24, 's24be'],
    [8, 8, 'u8'],
  ])('reads lpcm with the flags %i and %i bits', (flags, bits, type) => {
    const fields = concatBytes(u32(72), f64(96_000), u32(2), u32(0x7f00_0000), u32(bits), u32(flags), u32(4), u32(1));
    expect(formatOf(entry('lpcm', fields, { version: 2 }))).toEqual(pcm(type, 96_000, 2));
    const apart = concatBytes(u32(72), f64(96_000), u32(2), u32(0), u32(bits), u32(flags | 32), u32(4), u32(1));
    expect(() => formatOf(entry('lpcm', apart, { version: 2 }))).toThrow('interleaved');
  });

  it('takes the rate of the track where the entry has none, and refuses nonsense', () => {
    expect(formatOf(entry('sowt', [], { rate: 0 }), { timescale: 96_000 })).toEqual(pcm('s16le', 96_000));
    expect(() => formatOf(entry('sowt', [], { channels: 0 }))).toThrow('0 channels');
    expect(() => formatOf(entry('sowt', [], { bits: 12 }))).toThrow('12 bits');
  });

  it('gives PCM in the pieces in which it comes', () => {
    const stream = indexed(
      (at) =>
        movie(
          trak({
            timescale: 1_000,
            entries: [entry('sowt', [], { channels: 2, rate: 1_000 })],
            // QuickTime's way: frames count as samples of 1 byte.
            tables: tables({ stts: [[5, 1]], stsc: [[1, 3]], sizes: stsz([], 1, 5), offsets: stco([at, at + 20]) }),
          }),
        ),
      Uint8Array.from({ length: 28 }, (_, i) => i),
    );
    const at = stream.length - 28;
    const items = demuxed(new Mp4Demuxer(), [stream.subarray(0, at + 6), stream.subarray(at + 6)]);
    expect(bytesOf(items)).toEqual([
      [0, 1, 2, 3, 4, 5],
      [6, 7, 8, 9, 10, 11],
      [20, 21, 22, 23, 24, 25, 26, 27],
    ]);
    expect(timesOf(items)).toEqual([0, 1.5, 3]);
  });

  it('gives PCM out of fragments, whatever number of frames a run promises', () => {
    const stream = fragment(
      (dataOffset) => moof(traf({ duration: 1, size: 2, runs: [trun({ dataOffset, count: 2 ** 32 - 1 })] })),
      zeros(20),
    );
    const items = read(ftyp(), liveMovie([trak({ entries: [entry('sowt')] })]), stream);
    expect(packetsOf(items).map(({ bytes }) => bytes.length)).toEqual([20]);
  });

  it('takes the first audio track that it can decode', () => {
    const traks = [
      trak({ id: 1, handler: 'vide', entries: [entry('avc1')] }),
      trak({ id: 2, entries: [entry('ac-3')] }),
      trak({ id: 3, entries: [aacEntry()] }),
      trak({ id: 4, entries: [opusEntry()] }),
    ];
    expect(read(ftyp(), liveMovie(traks))[0]).toMatchObject({ format: { codec: 'aac' } });
  });

  it.each<[string, Uint8Array, string]>([
    ['another codec', trak({ entries: [entry('alac')] }), 'codec alac; expected AAC, Opus'],
    ['a codec without a name', trak({ entries: [entry('\0\u0001\u0002\u0003')] }), 'codec unknown'],
    ['encryption', trak({ entries: [entry('enca', esds())] }), 'encrypted'],
    ['an MPEG-4 codec', trak({ entries: [entry('mp4a', esds(0xa9))] }), 'object type 169'],
    ['no audio', trak({ handler: 'vide' }), 'no audio track'],
  ])('refuses %s by name', (_name, track, message) => {
    expect(() => read(ftyp(), liveMovie([track]))).toThrow(
      expect.objectContaining({ code: 'unsupported_audio', message: expect.stringContaining(message) }),
    );
  });
});

describe('damaged MP4', () => {
  const [a, b, c] = [packets(2, 1), packets(2, 2), packets(2, 3)];
  const after = (damaged: Uint8Array) => read(live(opusFragment(0, a)), damaged, opusFragment(4_800, c));
  const kinds = ['track', 'packet', 'packet', 'damage', 'packet', 'packet'];

  it.each<[string, Uint8Array]>([
    ['bytes that are no box', randomBytes(seeded(1), 500)],
    ['a box smaller than its header', concatBytes(u32(7), [0x66, 0x72, 0x65, 0x65], zeros(100))],
    ['a box of terabytes', largeBox('free', 2 ** 42, zeros(100))],
    ['a fragment without its beginning', opusFragment(0, b).subarray(30)],
    ['bytes that end within the header of a fragment', Uint8Array.of(255, 255, 255)],
    ['what only looks like a fragment', concatBytes(zeros(9), u32(2 ** 30), text('moof'), u32(16), text('mfhd'))],
    ['a header within a fragment that is too large', box('moof', box('traf', fullBox('tfhd', 0), u32(90), zeros(10)))],
    ['more packets than there are bytes for', moof(traf({ runs: [fullBox('trun', 0x200, u32(4e9), zeros(40))] }))],
    ['a part without its header', moof(box('traf', zeros(0)))],
    ['a run that is cut off', moof(traf({ runs: [fullBox('trun', 1, u32(1))] }))],
  ])('goes on behind %s', (_name, damaged) => {
    const items = after(damaged);
    expect(kindsOf(items)).toEqual(kinds);
    expect(bytesOf(items)).toEqual([...a, ...c].map((packet) => [...packet]));
  });

  it('goes on with the next fragment where bytes of one are missing', () => {
    const whole = opusFragment(0, b);
    const further = read(live(whole.subarray(0, whole.length - 5)), opusFragment(0, a), opusFragment(0, c));
    expect(bytesOf(further).slice(-2)).toEqual(c.map((packet) => [...packet]));
    expect(kindsOf(further).filter((kind) => kind === 'damage')).toHaveLength(1);
  });

  it('tells of packets that do not fit their box, or never came', () => {
    const short = fragment((dataOffset) => moof(traf({ runs: [trun({ dataOffset, sizes: [3, 30] })] })), zeros(10));
    expect(kindsOf(after(short))).toEqual([...kinds.slice(0, 3), 'packet', 'damage', 'packet', 'packet']);
    const none = moof(traf({ runs: [trun({ dataOffset: 1_000, sizes: [3] })] }));
    expect(kindsOf(after(none))).toEqual(kinds);
    const before = fragment(() => moof(traf({ runs: [trun({ dataOffset: -20, sizes: [3, 4] })] })), zeros(10));
    expect(kindsOf(after(before))).toEqual(kinds);
    const endless = concatBytes(
      moof(traf({ runs: [trun({ dataOffset: 92, sizes: [2 ** 30] })] })),
      largeBox('mdat', 2 ** 40, zeros(10)),
    );
    expect(kindsOf(read(live(opusFragment(0, a), endless)))).toEqual(kinds.slice(0, 4));
    const huge = fragment((dataOffset) => moof(traf({ runs: [trun({ dataOffset, sizes: [2 ** 30] })] })), zeros(10));
    expect(kindsOf(after(huge))).toEqual(kinds);
  });

  it('does not believe places in the file once bytes are lost', () => {
    const at = live().length;
    const absolute = fragment(
      (dataOffset) => moof(traf({ flags: 0, base: at, runs: [trun({ dataOffset, sizes: [2] })] })),
      Uint8Array.of(1, 2),
    );
    expect(bytesOf(read(live(randomBytes(seeded(1), 100), absolute)))).toEqual([[1, 2]]);
  });

  it('does not go on in a file with its index in front', () => {
    const track = trak({ tables: tables({ stts: [], stsc: [[1, 1]], sizes: stsz([2]), offsets: stco([]) }) });
    expect(() => read(ftyp(), movie(track), zeros(20))).toThrow(expect.objectContaining({ code: 'bad_audio' }));
  });

  it.each<[string, Uint8Array]>([
    ['no box at all', zeros(40)],
    ['a movie of which a box is too large', box('moov', u32(100), [0x74, 0x72, 0x61, 0x6b])],
    ['a track without media', box('moov', box('trak'))],
    [
      'a table with more entries than bytes',
      movie(trak({ tables: tables({ stts: [], stsc: [], sizes: stsz([], 0, 4e9), offsets: stco([]) }) })),
    ],
    [
      'sizes of 7 bits',
      movie(
        trak({ tables: tables({ stts: [], stsc: [], sizes: fullBox('stz2', 0, u32(7), u32(0)), offsets: stco([]) }) }),
      ),
    ],
    ['no tables', movie(trak({ tables: zeros(0) }))],
    ['no ticks', movie(trak({ timescale: 0 }))],
    ['no sample entry', movie(trak({ entries: [] }))],
    ['a descriptor that ends early', movie(trak({ entries: [entry('mp4a', fullBox('esds', 0, descriptor(3, [0])))] }))],
  ])('refuses %s', (_name, start) => {
    expect(() => read(ftyp(), start)).toThrow(expect.objectContaining({ code: 'bad_audio' }));
  });
});

describe('MP4 cut anywhere', () => {
  const media = packets(6, 8);
  const recordings: [string, Uint8Array][] = [
    [
      'fragments with damage between and a restart',
      concatBytes(
        live(opusFragment(0, media.slice(0, 3)), box('free', zeros(20)), opusFragment(2_880, media.slice(3))),
        randomBytes(seeded(4), 100),
        opusFragment(9_600, media),
        fragment((dataOffset) => moof(traf({ runs: [trun({ dataOffset, sizes: [3, 30] })] })), zeros(10)),
        live(opusFragment(0, media)),
        largeBox('mdat', 16 + 30, zeros(30)),
      ),
    ],
    [
      'an index in front',
      indexed(
        (at) =>
          movie(
            trak({
              tables: tables({
                stts: [[6, 960]],
                stsc: [[1, 2]],
                sizes: stsz([9, 9, 0, 9, 9, 9]),
                offsets: stco([at, at + 40, at + 30]),
              }),
            }),
          ),
        randomBytes(seeded(5), 90),
      ),
    ],
  ];

  it.each(recordings)('gives the same: %s', (_name, stream) => {
    const whole = demuxed(new Mp4Demuxer(), [stream]);
    expect(whole.length).toBeGreaterThan(4);
    expect(demuxed(new Mp4Demuxer(), byteByByte(stream))).toEqual(whole);
    for (let seed = 0; seed < 40; seed++) {
      expect(demuxed(new Mp4Demuxer(), cutAnywhere(seeded(seed), stream)), `seed ${seed}`).toEqual(whole);
    }
  });
});
