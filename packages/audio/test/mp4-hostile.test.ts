import { seeded } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import { AudioError } from '../src/errors.ts';
import { Mp4Demuxer } from '../src/mp4/demuxer.ts';
import {
  aacEntry,
  box,
  demuxed,
  elst,
  entry,
  fragment,
  ftyp,
  fullBox,
  largeBox,
  liveMovie,
  moof,
  mvhd,
  opusFragment,
  stco,
  stsz,
  tables,
  traf,
  trak,
  trex,
  trun,
  u32,
  zeros,
} from './isobmff.ts';
import { concatBytes } from './matroska.ts';
import { cutAnywhere, randomBytes } from './random.ts';

const live = (...fragments: readonly Uint8Array[]): Uint8Array => concatBytes(ftyp(), liveMovie(), ...fragments);

/** A short recording of either kind, with several tracks, edits and all tables. */
function recording(random: () => number): Uint8Array {
  const packets = () => Array.from({ length: 4 }, () => randomBytes(random, 1 + Math.floor(random() * 30)));
  const both = fragment(
    (dataOffset) =>
      moof(
        traf({ id: 2, duration: 512, size: 50, runs: [trun({ dataOffset, count: 2 })] }),
        traf({ duration: 960, runs: [trun({ dataOffset: dataOffset + 100, sizes: [9, 8] }), trun({ sizes: [7] })] }),
      ),
    randomBytes(random, 124),
  );
  if (random() < 0.7) {
    const head = liveMovie([trak({ id: 2, handler: 'vide' }), trak()], [trex(2), trex(1)]);
    return concatBytes(
      ftyp(),
      head,
      opusFragment(0, packets()),
      both,
      box('free', zeros(9)),
      opusFragment(9_600, packets()),
      both,
    );
  }
  const movie = (at: number) =>
    box(
      'moov',
      mvhd(),
      trak({
        entries: [random() < 0.5 ? aacEntry() : entry('sowt')],
        elst: elst([70, 1_024]),
        tables: tables({
          stts: [[5, 1_024]],
          stsc: [
            [1, 2],
            [2, 3],
          ],
          sizes: random() < 0.5 ? stsz([7, 8, 9, 10, 11]) : stsz([], 7, 5),
          offsets: stco([at, at + 40]),
        }),
      }),
    );
  return concatBytes(ftyp(), movie(ftyp().length + movie(0).length + 8), box('mdat', randomBytes(random, 90)));
}

type Mutation = (random: () => number, bytes: Uint8Array) => Uint8Array;

/** Oftener behind the headers, without which nothing is heard. */
const place = (random: () => number, bytes: Uint8Array): number =>
  Math.floor((random() < 0.3 ? random() : 0.6 + 0.4 * random()) * bytes.length);
const tempting = [0x00, 0x01, 0x07, 0x08, 0x10, 0x7f, 0x80, 0xff];

const mutations: readonly Mutation[] = [
  (random, bytes) => bytes.subarray(0, place(random, bytes)),
  (random, bytes) => bytes.map((byte) => (random() < 0.002 ? Math.floor(random() * 256) : byte)),
  (random, bytes) => bytes.with(place(random, bytes), tempting[Math.floor(random() * tempting.length)] ?? 0),
  (random, bytes) => {
    const at = place(random, bytes);
    return concatBytes(bytes.subarray(0, at), bytes.subarray(at + Math.floor(random() * 40)));
  },
  (random, bytes) => {
    const at = place(random, bytes);
    return concatBytes(bytes.subarray(0, at), randomBytes(random, 30), bytes.subarray(at));
  },
  (random, bytes) => {
    const [at, from] = [place(random, bytes), place(random, bytes)];
    return concatBytes(bytes.subarray(0, at), bytes.subarray(from));
  },
];

function mutated(random: () => number): Uint8Array {
  let bytes = recording(random);
  const times = 1 + Math.floor(random() * 3);
  for (let i = 0; i < times && bytes.length > 0; i++) {
    bytes = mutations[Math.floor(random() * mutations.length)]?.(random, bytes) ?? bytes;
  }
  return bytes;
}

interface Outcome {
  readonly found: readonly string[];
  /** In packets. */
  readonly bytes: number;
  readonly isRefused: boolean;
}

/** What comes, and how it ends. */
function outcome(pieces: readonly Uint8Array[]): Outcome {
  const demuxer = new Mp4Demuxer();
  const found: string[] = [];
  let bytes = 0;
  let isRefused = false;
  try {
    for (const piece of pieces) {
      for (const item of demuxer.read(piece)) {
        if (item.kind === 'packet') bytes += item.bytes.length;
        found.push(item.kind === 'packet' ? `${item.bytes.join()} ${item.atMs} ${item.discardMs}` : item.kind);
      }
    }
  } catch (error) {
    if (!(error instanceof AudioError)) throw error;
    found.push(error.message);
    isRefused = true;
  }
  return { found, bytes, isRefused };
}

// The time is for machines that are busy with something else.
describe('hostile MP4', { timeout: 60_000 }, () => {
  it('ends in packets within the input or in a typed error, the same however it is cut, for 2,500 mutations', () => {
    let withPackets = 0;
    let withDamage = 0;
    let refused = 0;
    for (let seed = 0; seed < 2_500; seed++) {
      const random = seeded(seed);
      const stream = mutated(random);
      const whole = outcome([stream]);
      const cut = outcome(cutAnywhere(random, stream));
      expect(whole.bytes, `seed ${seed}`).toBeLessThanOrEqual(stream.length);
      expect(cut.bytes, `seed ${seed}`).toBe(whole.bytes);
      // PCM comes in the pieces in which it is sent.
      if (!Buffer.from(stream).includes('sowt')) expect(cut.found, `seed ${seed}`).toEqual(whole.found);
      if (whole.bytes > 0) withPackets++;
      if (whole.found.includes('damage')) withDamage++;
      if (whole.isRefused) refused++;
    }
    expect(withPackets).toBeGreaterThan(1_000);
    expect(withDamage).toBeGreaterThan(500);
    expect(refused).toBeGreaterThan(500);
  });

  it.each<[string, Uint8Array, Uint8Array]>([
    ['empty boxes', live(), box('free')],
    ['boxes that are passed over', live(), box('free', zeros(5_000))],
    ['headers', live(), live()],
    ['fragments without audio', live(), moof(traf({ id: 9, runs: [] }))],
    ['fragments that promise audio', live(), moof(traf({ runs: [trun({ dataOffset: 100, sizes: [1_000] })] }))],
    ['fragments that make no sense', live(), moof(box('traf', u32(3)))],
    ['empty media', live(), box('mdat')],
    ['media of other tracks', live(), box('mdat', zeros(3_000))],
    ['bytes that are no box', live(), zeros(1_000)],
    ['empty packets', live(), fragment((dataOffset) => moof(traf({ runs: [trun({ dataOffset, sizes: [0, 0] })] })))],
    ['packets of nothing', live(), moof(traf({ duration: 1, runs: [trun({ dataOffset: 100, count: 2 ** 32 - 1 })] }))],
  ])('refuses a stream of nothing but %s after 8 MiB', (_name, start, unit) => {
    const chunk = concatBytes(...Array.from({ length: Math.ceil(16_384 / unit.length) }, () => unit));
    const demuxer = new Mp4Demuxer();
    const read = (bytes: Uint8Array): void => {
      for (const item of demuxer.read(bytes)) expect(item.kind).not.toBe('packet');
    };
    read(start);
    let taken = start.length;
    expect(() => {
      for (; taken < 16 * 1_048_576; taken += chunk.length) read(chunk);
    }).toThrow('no audio within');
    expect(taken).toBeGreaterThan(7.9 * 1_048_576);
    expect(taken).toBeLessThan(8.1 * 1_048_576);
  });

  it('reports damage that lasts once', () => {
    const broken = moof(box('traf', u32(3)));
    const items = demuxed(new Mp4Demuxer(), [live(...Array.from({ length: 50 }, () => broken))]);
    expect(items.map(({ kind }) => kind)).toEqual(['track', 'damage']);
  });

  it('lets the media of other tracks pass that lies before audio, but not without end', () => {
    const far = (distance: number) => moof(traf({ runs: [trun({ dataOffset: distance, sizes: [3] })] }));
    const start = (distance: number) => live(far(distance), largeBox('mdat', 2 ** 40));
    const megabyte = zeros(1_048_576);
    const within = 60 * 1_048_576;
    const items = demuxed(new Mp4Demuxer(), [start(within), ...Array.from({ length: 61 }, () => megabyte)]);
    expect(items.map(({ kind }) => kind)).toEqual(['track', 'packet']);
    const demuxer = new Mp4Demuxer();
    demuxed(demuxer, [start(2 ** 30)]);
    expect(() =>
      demuxed(
        demuxer,
        Array.from({ length: 70 }, () => megabyte),
      ),
    ).toThrow('no audio within 67108864 bytes');
  });

  it('takes any length of stream as long as there is audio in it', () => {
    const demuxer = new Mp4Demuxer();
    demuxed(demuxer, [live()]);
    const part = concatBytes(box('free', zeros(1_000_000)), opusFragment(0, [zeros(5)]));
    for (let i = 0; i < 20; i++) expect(demuxed(demuxer, [part])).toHaveLength(1);
  });

  it('allocates by what has arrived, not by what is promised', () => {
    const promises = [
      concatBytes(ftyp(), u32(6_000_000), [0x6d, 0x6f, 0x6f, 0x76], zeros(20)),
      live(concatBytes(u32(1_000_000), [0x6d, 0x6f, 0x6f, 0x66], zeros(20))),
      live(
        fragment((dataOffset) => moof(traf({ runs: [trun({ dataOffset, sizes: [1_000_000] })] })), zeros(100)).subarray(
          0,
          -1,
        ),
      ),
      live(
        concatBytes(
          moof(traf({ runs: [trun({ dataOffset: 76, sizes: [1_000_000] })] })),
          largeBox('mdat', 2 ** 40, zeros(50)),
        ),
      ),
    ];
    const before = process.memoryUsage().arrayBuffers;
    const demuxers = Array.from({ length: 400 }, (_, i) => {
      const demuxer = new Mp4Demuxer();
      demuxed(demuxer, [promises[i % promises.length] ?? zeros(0)]);
      return demuxer;
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(demuxers.length * 10_000);
  });

  it('refuses an index that is too large before it has come', () => {
    const demuxer = new Mp4Demuxer();
    expect(() => demuxed(demuxer, [ftyp(), concatBytes(u32(7 * 1_048_576 + 9), box('moov').subarray(4))])).toThrow(
      expect.objectContaining({ code: 'unsupported_audio', message: expect.stringContaining('at most 7340032') }),
    );
  });

  it('does not walk through packets that no byte describes', () => {
    // Thousands of chunks at the same place, each with four thousand million packets of one byte.
    const movie = (at: number) =>
      box(
        'moov',
        trak({
          entries: [aacEntry()],
          tables: tables({
            stts: [[2 ** 32 - 1, 1]],
            stsc: [[1, 20_000]],
            sizes: stsz([], 1, 2 ** 32 - 1),
            offsets: stco(new Array<number>(5_000).fill(at)),
          }),
        }),
      );
    const start = ftyp().length + movie(0).length + 8;
    const items = demuxed(new Mp4Demuxer(), [ftyp(), movie(start), box('mdat', zeros(30_000))]);
    // The first chunk is heard, the others begin before its end.
    expect(items.filter(({ kind }) => kind === 'packet')).toHaveLength(20_000);
    expect(items.at(-1)?.kind).toBe('damage');
  });

  it('does not go deeper than the boxes it looks for', () => {
    let nested = box('trak');
    for (let depth = 0; depth < 500; depth++) nested = box('moov', nested);
    expect(() => demuxed(new Mp4Demuxer(), [ftyp(), nested])).toThrow('no audio track');
    const many = box('moov', ...Array.from({ length: 20_000 }, () => fullBox('trak', 0)));
    expect(() => demuxed(new Mp4Demuxer(), [ftyp(), many])).toThrow('has no box mdia');
  });
});
