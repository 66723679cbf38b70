import { seeded } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import { AudioError } from '../src/index.ts';
import { WebmDemuxer, type WebmItem } from '../src/webm/demuxer.ts';
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
  trackEntry,
  tracks,
} from './matroska.ts';
import { byteByByte, cutAnywhere, randomBytes } from './random.ts';

const random = seeded(21);
const packets = Array.from({ length: 12 }, (_, i) => randomBytes(random, i === 5 ? 700 : 3 + i * 9));
const packet = (i: number): Uint8Array => packets[i] ?? new Uint8Array(0);

type Seen = { readonly track: number } | { readonly atMs: number; readonly bytes: number[] };

const see = (item: WebmItem): Seen =>
  item.kind === 'track' ? { track: item.head.preSkip } : { atMs: item.atMs, bytes: [...item.bytes] };

function demux(pieces: readonly Uint8Array[]): Seen[] {
  const demuxer = new WebmDemuxer();
  return pieces.flatMap((piece) => Array.from(demuxer.read(piece), see));
}

const bytesSeen = (seen: readonly Seen[]): number[][] => seen.flatMap((item) => ('bytes' in item ? [item.bytes] : []));
const timesSeen = (seen: readonly Seen[]): number[] => seen.flatMap((item) => ('bytes' in item ? [item.atMs] : []));
const plain = (...indexes: number[]): number[][] => indexes.map((i) => [...packet(i)]);

const skipped = concatBytes(element(0xec, randomBytes(random, 90)), element(0xbf, [1, 2, 3, 4]), element(0x4dff, [9]));

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

  it.each(Object.entries(streams))('%s gives each packet with the byte that completes it', (_name, stream) => {
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
    [
      'another codec',
      inSegment(tracks(trackEntry({ codec: 'A_VORBIS' }))),
      'unsupported_audio',
      /A_VORBIS; expected Opus/,
    ],
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
      inSegment(tracks(element(0xae, element(0x83, [2]), element(0x86, [65, 95, 79, 80, 85, 83])))),
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
      'a block of 2 MB',
      liveStream(endlessCluster(0, Uint8Array.of(0xa3, 0x10, 0x20, 0, 0, 0x81, 0, 0, 0x80))),
      'bad_audio',
      /at most 1048576 are expected/,
    ],
    ['a block without bytes', liveStream(endlessCluster(0, element(0xa3))), 'bad_audio', /within its header/],
    [
      'a block that ends in its header',
      liveStream(endlessCluster(0, element(0xa3, [0x81, 0, 0]))),
      'bad_audio',
      /within its header/,
    ],
    [
      'a block of no track',
      liveStream(endlessCluster(0, element(0xa3, [0, 0, 0, 0x80, 1]))),
      'bad_audio',
      /no valid track/,
    ],
    [
      'Xiph lacing beyond the block',
      liveStream(endlessCluster(0, element(0xa3, [0x81, 0, 0, 2, 1, 200, 1, 2, 3]))),
      'bad_audio',
      /laced frames/,
    ],
    [
      'EBML lacing below zero',
      liveStream(endlessCluster(0, element(0xa3, [0x81, 0, 0, 6, 2, 0x81, 0x80, 1, 2, 3]))),
      'bad_audio',
      /laced frames/,
    ],
    [
      'fixed lacing that does not divide',
      liveStream(endlessCluster(0, element(0xa3, [0x81, 0, 0, 4, 1, 1, 2, 3]))),
      'bad_audio',
      /laced frames/,
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
});
