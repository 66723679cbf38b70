import { seeded } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import { AudioError } from '../src/index.ts';
import type { TrackItem } from '../src/track.ts';
import { WebmDemuxer } from '../src/webm/demuxer.ts';
import { hasFoothold } from '../src/webm/search.ts';
import {
  blockGroup,
  cluster,
  concatBytes,
  element,
  endless,
  endlessCluster,
  header,
  type Lacing,
  lacedBlock,
  liveStream,
  opusHead,
  simpleBlock,
  text,
  trackEntry,
  tracks,
} from './matroska.ts';
import { byteByByte, cutAnywhere, randomBytes } from './random.ts';

const random = seeded(21);
const packets = Array.from({ length: 12 }, (_, i) => randomBytes(random, i === 5 ? 700 : 3 + i * 9));
const packet = (i: number): Uint8Array => packets[i] ?? new Uint8Array(0);

type Seen =
  | { readonly track: number }
  | { readonly damage: string }
  | { readonly atMs: number | undefined; readonly bytes: number[]; readonly discardMs?: number };

function see(item: TrackItem): Seen {
  if (item.kind === 'damage') return { damage: item.message };
  if (item.kind === 'track') return { track: item.format.codec === 'opus' ? item.format.head.preSkip : Number.NaN };
  const padding = item.discardMs ? { discardMs: item.discardMs } : {};
  return { atMs: item.atMs, bytes: [...item.bytes], ...padding };
}

function demux(pieces: readonly Uint8Array[], demuxer = new WebmDemuxer()): Seen[] {
  return pieces.flatMap((piece) => Array.from(demuxer.read(piece), see));
}

const bytesSeen = (seen: readonly Seen[]): number[][] => seen.flatMap((item) => ('bytes' in item ? [item.bytes] : []));
const timesSeen = (seen: readonly Seen[]): (number | undefined)[] =>
  seen.flatMap((item) => ('bytes' in item ? [item.atMs] : []));
const damageSeen = (seen: readonly Seen[]): string[] => seen.flatMap((item) => ('damage' in item ? [item.damage] : []));
const plain = (...indexes: number[]): number[][] => indexes.map((i) => [...packet(i)]);

const skipped = concatBytes(element(0xec, randomBytes(random, 90)), element(0xbf, [1, 2, 3, 4]));

const streams: Record<string, Uint8Array> = {
  'a live recording': liveStream(
    endlessCluster(0, simpleBlock(packet(0)), simpleBlock(packet(1), 60)),
    endlessCluster(120, simpleBlock(packet(2)), simpleBlock(packet(5), 60)),
    endlessCluster(240, simpleBlock(packet(3))),
  ),
  'a file with sizes, cues, tags and elements of no use': concatBytes(
    header('matroska'),
    element(
      0x18538067,
      element(0x114d9b74, randomBytes(random, 60)),
      skipped,
      element(0x1549a966, element(0x2ad7b1, [0x0f, 0x42, 0x40]), element(0x4d80, [0x41])),
      element(0x4dff, [9]),
      tracks(skipped, trackEntry({ number: 2, type: 1, codec: 'V_VP8' }), trackEntry(), trackEntry({ number: 3 })),
      cluster(0, skipped, simpleBlock(packet(0)), simpleBlock(packet(9), 0, 2), blockGroup(packet(1), 20)),
      element(0x1c53bb6b, randomBytes(random, 200)),
      cluster(1_000, blockGroup(packet(5)), blockGroup(packet(7), 3, 3), simpleBlock(packet(2), 20)),
      element(0x1254c367, randomBytes(random, 300)),
    ),
  ),
  'all kinds of lacing': liveStream(
    endlessCluster(
      0,
      ...(['xiph', 'ebml', 'fixed'] as Lacing[]).map((lacing) =>
        lacedBlock(lacing, lacing === 'fixed' ? [packet(3), packet(3)] : [packet(5), packet(0), packet(6), packet(2)]),
      ),
    ),
  ),
  'a recorder that began anew': concatBytes(
    liveStream(endlessCluster(0, simpleBlock(packet(0)))),
    header(),
    endless(0x18538067, tracks(trackEntry({ number: 4, codecPrivate: opusHead(2, 312) }))),
    cluster(0, simpleBlock(packet(1), 0, 4), simpleBlock(packet(2), 0, 1)),
  ),
};

describe('WebM', { timeout: 60_000 }, () => {
  it('yields the packets with the times of their blocks', () => {
    const seen = demux([streams['a live recording'] ?? new Uint8Array(0)]);
    expect(seen[0]).toEqual({ track: 0 });
    expect(bytesSeen(seen)).toEqual(plain(0, 1, 2, 5, 3));
    expect(timesSeen(seen)).toEqual([0, 60, 120, 180, 240]);
  });

  it('skips what is of no use, other tracks included', () => {
    const seen = demux([streams['a file with sizes, cues, tags and elements of no use'] ?? new Uint8Array(0)]);
    expect(bytesSeen(seen)).toEqual(plain(0, 1, 5, 2));
    expect(timesSeen(seen)).toEqual([0, 20, 1_000, 1_020]);
  });

  it('skips what stands where it does not belong', () => {
    const misplaced = cluster(0, simpleBlock(packet(0)), element(0x1c53bb6b, [1, 2, 3]), simpleBlock(packet(1)));
    expect(bytesSeen(demux([liveStream(misplaced)]))).toEqual(plain(0, 1));
  });

  it('takes laced frames apart', () => {
    const seen = demux([streams['all kinds of lacing'] ?? new Uint8Array(0)]);
    expect(bytesSeen(seen)).toEqual(plain(5, 0, 6, 2, 5, 0, 6, 2, 3, 3));
  });

  it('begins anew with a second header, in the midst of a cluster', () => {
    const seen = demux([streams['a recorder that began anew'] ?? new Uint8Array(0)]);
    expect(seen.filter((item) => 'track' in item)).toEqual([{ track: 0 }, { track: 312 }]);
    expect(bytesSeen(seen)).toEqual(plain(0, 1));
    const cutOff = concatBytes(
      header(),
      endless(0x18538067, tracks(trackEntry()), [0x1f, 0x43, 0xb6, 0x75, 0x10, 1, 0, 0]),
    );
    expect(bytesSeen(demux([cutOff, streams['a live recording'] ?? cutOff]))).toEqual(plain(0, 1, 2, 5, 3));
  });

  it.each(Object.entries(streams))('%s gives the same however it is cut', (_name, stream) => {
    const expected = demux([stream]);
    expect(demux(byteByByte(stream))).toEqual(expected);
    for (let at = 0; at <= stream.length; at++) {
      expect(demux([stream.subarray(0, at), stream.subarray(at)])).toEqual(expected);
    }
    for (let seed = 0; seed < 200; seed++) expect(demux(cutAnywhere(seeded(seed), stream))).toEqual(expected);
  });

  const ungrouped = Object.entries(streams).filter(([name]) => !name.startsWith('a file'));
  it.each(ungrouped)('%s gives each packet with the byte that completes it', (_name, stream) => {
    const demuxer = new WebmDemuxer();
    const ends: number[] = [];
    for (const [at, byte] of byteByByte(stream).entries()) {
      for (const item of demuxer.read(byte)) {
        if (item.kind !== 'packet') continue;
        ends.push(at + 1);
        expect(stream.slice(at + 1 - item.bytes.length, at + 1)).toEqual(item.bytes.slice());
      }
    }
    expect(ends).toEqual([...new Set(ends)]);
    expect(ends.length).toBeGreaterThan(1);
  });

  it('does not copy a packet that lies in one chunk', () => {
    const stream = liveStream(endlessCluster(0, simpleBlock(packet(0))));
    const [, found] = [...new WebmDemuxer().read(stream)];
    expect(found?.kind === 'packet' && found.bytes.buffer).toBe(stream.buffer);
  });

  const inSegment = (...parts: readonly Uint8Array[]): Uint8Array =>
    concatBytes(header(), endless(0x18538067, ...parts));
  const damaged = /^The WebM stream is damaged: /;

  it.each<[string, Uint8Array, AudioError['code'], RegExp]>([
    ['another codec', inSegment(tracks(trackEntry({ codec: 'A_AC3' }))), 'unsupported_audio', /A_AC3; expected Opus/],
    [
      'no audio track',
      inSegment(tracks(trackEntry({ type: 1, codec: 'V_VP9' }))),
      'unsupported_audio',
      /no audio track/,
    ],
    ['no track at all', inSegment(tracks()), 'unsupported_audio', /no audio track/],
    ['another document type', header('webp'), 'unsupported_audio', /"webp"; expected webm or matroska/],
    [
      'a compressed track',
      inSegment(
        tracks(
          element(
            0xae,
            element(0xd7, [1]),
            element(0x83, [2]),
            element(0x86, [65, 95, 79, 80, 85, 83]),
            element(0x6d80, []),
          ),
        ),
      ),
      'unsupported_audio',
      /compressed or encrypted/,
    ],
    [
      'no Opus header',
      inSegment(tracks(element(0xae, element(0xd7, [1]), element(0x83, [2]), element(0x86, [65, 95, 79, 80, 85, 83])))),
      'bad_audio',
      /CodecPrivate/,
    ],
    [
      'no track number',
      inSegment(
        tracks(element(0xae, element(0x83, [2]), element(0x86, [65, 95, 79, 80, 85, 83]), element(0x63a2, opusHead()))),
      ),
      'bad_audio',
      /no number/,
    ],
    [
      'a damaged Opus header',
      inSegment(tracks(trackEntry({ codecPrivate: [1, 2, 3] }))),
      'bad_audio',
      /Opus header is damaged/,
    ],
    ['audio before the tracks', inSegment(cluster(0)), 'bad_audio', /before the description/],
    ['an id that is none', inSegment(Uint8Array.of(0)), 'bad_audio', /begins with the byte 0x0/],
    ['an id of five bytes', inSegment(Uint8Array.of(8)), 'bad_audio', damaged],
    ['a size of nine bytes', inSegment(Uint8Array.of(0xec, 0)), 'bad_audio', /no valid size/],
    ['tracks of unknown size', inSegment(endless(0x1654ae6b)), 'bad_audio', /unknown size/],
    ['an unknown element of unknown size', inSegment(endless(0xab)), 'bad_audio', /unknown size/],
    [
      'a child larger than its parent',
      inSegment(Uint8Array.of(0x16, 0x54, 0xae, 0x6b, 0x82, 0xae, 0x81)),
      'bad_audio',
      /larger than the one around it/,
    ],
    [
      'a value of 2 MB',
      concatBytes(
        header(),
        endless(
          0x18538067,
          Uint8Array.of(0x15, 0x49, 0xa9, 0x66, 0x10, 0x40, 0, 0, 0x2a, 0xd7, 0xb1, 0x10, 0x20, 0, 0),
        ),
      ),
      'bad_audio',
      /at most 1048576 are expected/,
    ],
    [
      'something else after the header',
      concatBytes(header(), element(0xa3, [1])),
      'bad_audio',
      /a header or a segment was expected/,
    ],
  ])('%s is refused, however it is cut', (_name, stream, code, message) => {
    for (const pieces of [[stream], byteByByte(stream)]) {
      let thrown: unknown;
      try {
        demux(pieces);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBeInstanceOf(AudioError);
      expect(thrown).toMatchObject({ code, message: expect.stringMatching(message) });
    }
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['a block of 2 MB', Uint8Array.of(0xa3, 0x10, 0x20, 0, 0, 0x81, 0, 0, 0x80), /at most 65536 are expected/],
    ['a block without bytes', element(0xa3), /within its header/],
    ['a block that ends in its header', element(0xa3, [0x81, 0, 0]), /within its header/],
    ['a block of no track', element(0xa3, [0, 0, 0, 0x80, 1]), /no valid track/],
    ['Xiph lacing beyond the block', element(0xa3, [0x81, 0, 0, 2, 1, 200, 1, 2, 3]), /laced frames/],
    ['EBML lacing below zero', element(0xa3, [0x81, 0, 0, 6, 2, 0x81, 0x80, 1, 2, 3]), /laced frames/],
    ['fixed lacing that does not divide', element(0xa3, [0x81, 0, 0, 4, 1, 1, 2, 3]), /laced frames/],
  ])('passes over %s, and goes on with what follows', (_name, bytes, message) => {
    const stream = concatBytes(
      liveStream(endlessCluster(0, simpleBlock(packet(0)), bytes)),
      endlessCluster(60, simpleBlock(packet(1)), simpleBlock(packet(2), 20)),
    );
    const expected = demux([stream]);
    expect(bytesSeen(expected)).toEqual(plain(0, 1, 2));
    expect(timesSeen(expected)).toEqual([0, 60, 80]);
    expect(damageSeen(expected)).toEqual([expect.stringMatching(message)]);
    expect(demux(byteByByte(stream))).toEqual(expected);
    for (let seed = 0; seed < 50; seed++) expect(demux(cutAnywhere(seeded(seed), stream))).toEqual(expected);
  });

  it('is taken up again at the next cluster or header after bytes were lost', () => {
    const start = liveStream(endlessCluster(0, simpleBlock(packet(0)), simpleBlock(packet(1), 20)));
    const lost = concatBytes(start.subarray(0, start.length - 9), Uint8Array.of(0, 0, 7));
    for (const [next, found] of [
      [endlessCluster(90, simpleBlock(packet(2))), [[...packet(2)]]],
      [liveStream(endlessCluster(0, simpleBlock(packet(3)))), [[...packet(3)]]],
    ] as const) {
      const stream = concatBytes(lost, randomBytes(seeded(3), 300), next);
      const expected = demux([stream]);
      expect(bytesSeen(expected).slice(-1)).toEqual(found);
      expect(damageSeen(expected).length).toBe(1);
      for (let seed = 0; seed < 100; seed++) expect(demux(cutAnywhere(seeded(seed), stream))).toEqual(expected);
    }
  });

  describe('joined in the middle', () => {
    const blocks = [0, 1, 2, 3, 4].map((i) => simpleBlock(packet(i), 20 * i));
    const cluster90 = endlessCluster(90, simpleBlock(packet(6)), simpleBlock(packet(7), 20));

    it('begins with the first whole block and knows the time from the first cluster on', () => {
      const stream = concatBytes(...blocks, cluster90).subarray(2);
      const expected = demux([stream], WebmDemuxer.midway());
      expect(expected[0]).toEqual({ track: 0 });
      expect(bytesSeen(expected)).toEqual(plain(1, 2, 3, 4, 6, 7));
      expect(timesSeen(expected)).toEqual([undefined, undefined, undefined, undefined, 90, 110]);
      for (let seed = 0; seed < 100; seed++) {
        expect(demux(cutAnywhere(seeded(seed), stream), WebmDemuxer.midway())).toEqual(expected);
      }
    });

    it('is recognised wherever it was joined, as soon as three blocks or a cluster are there', () => {
      const stream = concatBytes(...blocks, cluster90);
      for (let at = 0; at < stream.length - cluster90.length; at++) expect(hasFoothold(stream.subarray(at))).toBe(true);
      expect(hasFoothold(concatBytes(...blocks.slice(0, 2)))).toBe(false);
    });

    it('is not seen in PCM, of noise, silence or tones', () => {
      const noise = seeded(77);
      for (let run = 0; run < 40; run++) expect(hasFoothold(randomBytes(noise, 32_768))).toBe(false);
      expect(hasFoothold(new Uint8Array(32_768))).toBe(false);
      expect(hasFoothold(new Uint8Array(32_768).fill(0xa3))).toBe(false);
    });
  });

  it('tells what of the last packet of a block group is padding, with the byte that ends the group', () => {
    const group = element(0xa0, element(0xa1, [0x81, 0, 0, 0], packet(0)), element(0x75a2, [0x00, 0x98, 0x96, 0x80]));
    const stream = liveStream(endlessCluster(0, group));
    expect(demux([stream]).slice(1)).toEqual([{ atMs: 0, bytes: [...packet(0)], discardMs: 10 }]);
    expect(demux(byteByByte(stream.subarray(0, -1))).length).toBe(1);
    expect(demux(byteByByte(stream)).length).toBe(2);
  });

  const sound = (...audio: readonly Uint8Array[]) => element(0xe1, ...audio);
  const rate = element(0xb5, [0x47, 0x2c, 0x44, 0x00]);
  const entry = (codec: string, ...rest: readonly Uint8Array[]) =>
    element(0xae, element(0xd7, [1]), element(0x83, [2]), element(0x86, text(codec)), ...rest);
  const vorbisHeaders = [...[2, 3, 2], ...[1, 11, 12], ...[3, 31], ...[5, 51, 52, 53]];

  it.each<[string, Uint8Array, object]>([
    [
      'PCM as Chromium writes it',
      entry('A_PCM/FLOAT/IEEE', sound(rate, element(0x9f, [2]), element(0x6264, [32]))),
      { codec: 'pcm', format: { type: 'f32le', sampleRate: 44_100, channels: 2 } },
    ],
    [
      'PCM of 24 bits',
      entry('A_PCM/INT/LIT', sound(rate, element(0x6264, [24]))),
      { codec: 'pcm', format: { type: 's24le', sampleRate: 44_100, channels: 1 } },
    ],
    [
      'FLAC',
      entry('A_FLAC', element(0x63a2, text('fLaC'), [0x80, 0, 0, 34], new Uint8Array(34).fill(7))),
      { codec: 'flac', streamInfo: new Uint8Array(34).fill(7) },
    ],
    [
      'Vorbis',
      entry('A_VORBIS', element(0x63a2, vorbisHeaders)),
      { codec: 'vorbis', headers: [Uint8Array.of(1, 11, 12), Uint8Array.of(3, 31), Uint8Array.of(5, 51, 52, 53)] },
    ],
    ['AAC', entry('A_AAC', element(0x63a2, [0x12, 0x10])), { codec: 'aac', config: Uint8Array.of(0x12, 0x10) }],
    ['MP3', entry('A_MPEG/L3'), { codec: 'mp3' }],
  ])('knows %s', (_name, trackOf, format) => {
    const [track] = [...new WebmDemuxer().read(inSegment(tracks(trackOf)))];
    expect(track).toEqual({ kind: 'track', format, skipMs: 0 });
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['FLAC', entry('A_FLAC', element(0x63a2, text('fLaC'))), /FLAC header is incomplete/],
    ['Vorbis', entry('A_VORBIS', element(0x63a2, vorbisHeaders.slice(0, -4))), /Vorbis headers are incomplete/],
    ['Vorbis of endless sizes', entry('A_VORBIS', element(0x63a2, [2, 255, 255])), /Vorbis headers are incomplete/],
    ['AAC', entry('A_AAC'), /no AAC header/],
    ['PCM of 12 bits', entry('A_PCM/INT/LIT', sound(rate, element(0x6264, [12]))), /A_PCM\/INT\/LIT; expected/],
  ])('refuses %s without what it needs', (_name, trackOf, message) => {
    expect(() => [...new WebmDemuxer().read(inSegment(tracks(trackOf)))]).toThrow(message);
  });

  it('leaves out what the encoder put in front of a codec without a pre-skip of its own', () => {
    const delayed = entry('A_AAC', element(0x63a2, [0x12, 0x10]), element(0x56aa, [0x01, 0x31, 0x2d, 0x00]));
    const [track] = [...new WebmDemuxer().read(inSegment(tracks(delayed)))];
    expect(track).toMatchObject({ skipMs: 20 });
  });
});
