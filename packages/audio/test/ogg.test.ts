import { seeded } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import { AudioError } from '../src/errors.ts';
import { OggDemuxer } from '../src/ogg/demuxer.ts';
import { parseOpusHead, plainOpusHead } from '../src/opus/head.ts';
import type { TrackItem } from '../src/track.ts';
import { block, frame, streamInfo } from './flac.ts';
import { concatBytes, opusHead, text } from './matroska.ts';
import { oggFlacHead, opusTags, type PageOptions, page, sealed, vorbisHeaders, vorbisPacket } from './ogg.ts';
import { byteByByte, cutAnywhere, randomBytes } from './random.ts';

const serial = 7;
const head = Uint8Array.from(opusHead(1, 312));
const track: TrackItem = { kind: 'track', format: { codec: 'opus', head: parseOpusHead(head) } };

/** 20 ms of Opus. */
const celt = (random: () => number, length = 2 + Math.floor(random() * 90)): Uint8Array => {
  const packet = randomBytes(random, length);
  packet[0] = 31 << 3;
  return packet;
};

const packetGranules = 960;

const packetsOf = (items: readonly TrackItem[]) => items.filter((item) => item.kind === 'packet');
const timesOf = (items: readonly TrackItem[]) => packetsOf(items).map(({ atMs }) => atMs);
const damageOf = (items: readonly TrackItem[]) => items.filter((item) => item.kind === 'damage');

function demux(pieces: readonly Uint8Array[]): TrackItem[] {
  const demuxer = new OggDemuxer();
  const items: TrackItem[] = [];
  const keep = (item: TrackItem) => items.push(item.kind === 'packet' ? { ...item, bytes: item.bytes.slice() } : item);
  for (const piece of pieces) {
    // The receiver's memory is used again, and it is a Buffer, whose `slice` does not copy.
    const bytes = Buffer.from(piece);
    for (const item of demuxer.read(bytes)) keep(item);
    bytes.fill(0xaa);
  }
  for (const item of demuxer.end()) keep(item);
  return items;
}

const outcome = (pieces: readonly Uint8Array[]): unknown => {
  try {
    return demux(pieces);
  } catch (error) {
    expect(error).toBeInstanceOf(AudioError);
    return error;
  }
};

const headers = (options: PageOptions = {}): Uint8Array[] => [
  page([head], { serial, first: true, ...options }),
  page([opusTags()], { serial, sequence: 1, ...options }),
];

interface Recording {
  readonly packets: readonly Uint8Array[];
  readonly pages: readonly Uint8Array[];
}

/** Pages of a few packets of 20 ms each; `from` is how many went before. */
function recording(random: () => number, pageCount: number, perPage = 4, from = 0): Recording {
  const packets = Array.from({ length: pageCount * perPage }, () => celt(random));
  const pages = Array.from({ length: pageCount }, (_, i) =>
    page(packets.slice(i * perPage, (i + 1) * perPage), {
      serial,
      sequence: 2 + i,
      granule: (from + (i + 1) * perPage) * packetGranules,
      last: i === pageCount - 1,
    }),
  );
  return { packets, pages };
}

const everyPacket = (packets: readonly Uint8Array[]): TrackItem[] =>
  packets.map((bytes, i) => ({ kind: 'packet', bytes, atMs: i * 20 }));

describe('Opus in Ogg', () => {
  it('comes out packet by packet, within a page too', () => {
    const { packets, pages } = recording(seeded(1), 3);
    const demuxer = new OggDemuxer();
    expect(Array.from(demuxer.read(concatBytes(...headers())))).toEqual([track]);
    for (const [i, bytes] of pages.slice(0, 2).entries()) {
      let end = 27 + 4;
      expect(Array.from(demuxer.read(bytes.subarray(0, end)))).toEqual([]);
      for (const [j, packet] of packets.slice(4 * i, 4 * i + 4).entries()) {
        expect(Array.from(demuxer.read(bytes.subarray(end, end + packet.length - 1)))).toEqual([]);
        end += packet.length;
        expect(Array.from(demuxer.read(bytes.subarray(end - 1, end)))).toEqual([
          { kind: 'packet', bytes: packet, atMs: (4 * i + j) * 20 },
        ]);
      }
    }
  });

  it('is not copied where a packet lies within what was pushed', () => {
    const stream = concatBytes(...headers(), ...recording(seeded(2), 3).pages.slice(0, 2));
    const packets = Array.from(new OggDemuxer().read(stream)).filter((item) => item.kind === 'packet');
    expect(packets.length).toBe(8);
    for (const { bytes } of packets) expect(bytes.buffer).toBe(stream.buffer);
  });

  it('is put together over pages, among pages of other streams', () => {
    const random = seeded(3);
    const long = celt(random, 255 * 3 + 20);
    const [short, next] = [celt(random), celt(random)];
    const other = (sequence: number) => page([randomBytes(random, 300)], { serial: 99, sequence });
    const stream = [
      page([Uint8Array.from(text('fishead\0'))], { serial: 99, first: true }),
      ...headers(),
      page([short, long.subarray(0, 255)], { serial, sequence: 2, granule: 960, unfinished: true }),
      other(1),
      page([long.subarray(255, 510)], { serial, sequence: 3, granule: -1, continued: true, unfinished: true }),
      other(2),
      page([long.subarray(510), next], { serial, sequence: 4, granule: 3 * 960, continued: true }),
    ];
    expect(demux([concatBytes(...stream)])).toEqual([track, ...everyPacket([short, long, next])]);
    const exact = celt(random, 510);
    const aligned = [...headers(), page([exact, next], { serial, sequence: 2, granule: 1_920 })];
    expect(demux([concatBytes(...aligned)])).toEqual([track, ...everyPacket([exact, next])]);
  });

  it('gives the same however it is cut, in sound streams and in damaged ones', () => {
    const random = seeded(4);
    const first = recording(random, 6);
    const second = recording(random, 3);
    const sound = concatBytes(...headers(), ...first.pages, ...headers(), ...second.pages);
    expect(demux([sound])).toEqual([track, ...everyPacket(first.packets), track, ...everyPacket(second.packets)]);
    for (let round = 0; round < 150; round++) {
      const stream = round === 0 ? sound : mutated(random, sound);
      const whole = outcome([stream]);
      expect(outcome(byteByByte(stream)), `round ${round}`).toEqual(whole);
      expect(outcome(cutAnywhere(random, stream)), `round ${round}`).toEqual(whole);
    }
  });

  it('passes large tags by without holding them', () => {
    const tags = Array.from({ length: 60 }, (_, i) => {
      const part = i === 0 ? opusTags(65_025) : new Uint8Array(i < 59 ? 65_025 : 10);
      return page([part], { serial, sequence: 1 + i, granule: -1, continued: i > 0, unfinished: i < 59 });
    });
    const demuxer = new OggDemuxer();
    Array.from(demuxer.read(headers()[0] ?? head));
    const before = process.memoryUsage().arrayBuffers;
    for (const bytes of tags) expect(Array.from(demuxer.read(bytes))).toEqual([]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
    const audio = page([celt(seeded(5))], { serial, sequence: 61, granule: 960 });
    expect(Array.from(demuxer.read(audio)).length).toBe(1);
  });

  it('goes on in a chain with another head, or the same', () => {
    const random = seeded(6);
    const [one, two] = [recording(random, 2), recording(random, 2)];
    const other = Uint8Array.from(opusHead(2, 80));
    const chained = [page([other], { serial: 8, first: true }), page([opusTags()], { serial: 8, sequence: 1 })];
    const moved = two.pages.map((bytes) => sealed(bytes.with(14, 8)));
    expect(demux([concatBytes(...headers(), ...one.pages, ...chained, ...moved)])).toEqual([
      track,
      ...everyPacket(one.packets),
      { kind: 'track', format: { codec: 'opus', head: parseOpusHead(other) } },
      ...everyPacket(two.packets),
    ]);
  });

  it('leaves out packets without bytes', () => {
    const packet = celt(seeded(7));
    const empty = page([new Uint8Array(0), packet, new Uint8Array(0)], { serial, sequence: 2, granule: 960 });
    expect(demux([concatBytes(...headers(), empty)])).toEqual([track, ...everyPacket([packet])]);
  });
});

describe('the time in Ogg', () => {
  const random = seeded(10);
  const packets = Array.from({ length: 12 }, () => celt(random));
  const at = (from: number, to: number, options: PageOptions) => page(packets.slice(from, to), { serial, ...options });

  it('begins at 0 where a relay begins far into the stream', () => {
    const far = 48_000 * 3_600;
    const stream = [
      ...headers(),
      at(0, 3, { sequence: 2_000, granule: far + 3 * 960 }),
      at(3, 6, { sequence: 2_001, granule: far + 6 * 960 }),
    ];
    expect(timesOf(demux([concatBytes(...stream)]))).toEqual([0, 20, 40, 60, 80, 100]);
  });

  it('has a gap where pages are missing, from the first packet after it on', () => {
    const stream = [
      ...headers(),
      at(0, 2, { sequence: 2, granule: 2 * 960 }),
      at(4, 6, { sequence: 4, granule: 6 * 960 }),
      at(6, 8, { sequence: 5, granule: 8 * 960 }),
    ];
    const items = demux([concatBytes(...stream)]);
    expect(items.map(({ kind }) => kind)).toEqual([
      'track',
      'packet',
      'packet',
      'damage',
      'packet',
      'packet',
      'packet',
      'packet',
    ]);
    expect(items[3]).toMatchObject({ message: expect.stringContaining('pages are missing') });
    expect(timesOf(items)).toEqual([0, 20, 80, 100, 120, 140]);
  });

  it('has one where the granule jumps and no page is missing, and tells of no damage', () => {
    const stream = [
      ...headers(),
      at(0, 2, { sequence: 2, granule: 2 * 960 }),
      at(2, 4, { sequence: 3, granule: 54 * 960 }),
      at(4, 6, { sequence: 4, granule: 56 * 960 }),
    ];
    const items = demux([concatBytes(...stream)]);
    expect(timesOf(items)).toEqual([0, 20, 1_040, 1_060, 1_080, 1_100]);
    expect(damageOf(items)).toEqual([]);
  });

  it('goes on where sequence numbers are wrong and nothing is missing', () => {
    const stream = [0, 1, 2].map((i) => at(2 * i, 2 * i + 2, { sequence: 9 - i, granule: (2 * i + 2) * 960 }));
    const items = demux([concatBytes(...headers(), ...stream)]);
    expect(timesOf(items)).toEqual([0, 20, 40, 60, 80, 100]);
    expect(damageOf(items)).toEqual([]);
  });

  it('takes padding off the end, over as many packets as it covers', () => {
    const stream = [
      ...headers(),
      at(0, 3, { sequence: 2, granule: 3 * 960 }),
      at(3, 6, { sequence: 3, granule: 6 * 960 - 1_200, last: true }),
    ];
    const items = packetsOf(demux([concatBytes(...stream)]));
    expect(items.map(({ discardMs }) => discardMs)).toEqual([undefined, undefined, undefined, undefined, 5, 20]);
    const only = packetsOf(demux([concatBytes(...headers(), at(0, 2, { sequence: 2, granule: 1_000, last: true }))]));
    expect(only).toMatchObject([{ atMs: 0 }, { atMs: 20, discardMs: 920 / 48 }]);
    const late = [
      ...headers(),
      at(0, 2, { sequence: 2, granule: 1_920 }),
      at(4, 6, { sequence: 5, granule: 5_760, last: true }),
    ];
    const after = packetsOf(demux([concatBytes(...late)]));
    expect(after.map(({ atMs, discardMs }) => [atMs, discardMs])).toEqual([
      [0, undefined],
      [20, undefined],
      [80, undefined],
      [100, undefined],
    ]);
  });

  it('drops a packet of which the beginning or the end was lost', () => {
    const long = celt(random, 700);
    const [before, after] = [celt(random), celt(random)];
    const start = page([before, long.subarray(0, 255)], { serial, sequence: 2, granule: 960, unfinished: true });
    const middle = page([long.subarray(255, 510)], {
      serial,
      sequence: 3,
      granule: -1,
      continued: true,
      unfinished: true,
    });
    const end = page([long.subarray(510), after], { serial, sequence: 4, granule: 3 * 960, continued: true });
    const next = page([after], { serial, sequence: 5, granule: 4 * 960 });
    for (const [pages, times] of [
      [
        [start, middle, end],
        [0, 20, 40],
      ],
      [
        [start, end, next],
        [0, 40, 60],
      ],
      [
        [start, next],
        [0, 60],
      ],
      [
        [middle, end, next],
        [0, 20],
      ],
    ] as const) {
      const items = demux([concatBytes(...headers(), ...pages)]);
      expect(timesOf(items)).toEqual(times);
      expect(damageOf(items).length).toBe(pages.length === 3 && pages[1] === middle ? 0 : 1);
    }
  });

  it('waits for a page that says where it lies', () => {
    const long = celt(random, 510);
    const stream = [
      ...headers(),
      at(0, 2, { sequence: 2, granule: 2 * 960 }),
      page([long.subarray(0, 255)], { serial, sequence: 5, granule: -1, unfinished: true }),
      page([long.subarray(255), celt(random)], { serial, sequence: 6, granule: 60 * 960, continued: true }),
    ];
    const items = demux([concatBytes(...stream)]);
    expect(timesOf(items)).toEqual([0, 20, 1_160, 1_180]);
    expect(damageOf(items).length).toBe(1);
  });

  it('is counted where granules make no sense', () => {
    const granules = [-1, -2, 2 ** 62];
    for (const granule of granules) {
      const stream = [0, 1, 2].map((i) => at(2 * i, 2 * i + 2, { sequence: 2 + i, granule, last: i === 2 }));
      expect(timesOf(demux([concatBytes(...headers(), ...stream)]))).toEqual([0, 20, 40, 60, 80, 100]);
    }
  });
});

describe('damaged Ogg', () => {
  const { packets, pages } = recording(seeded(20), 8);

  it('gives up no page but the one that was hit, and tells of it once', () => {
    const random = seeded(21);
    const stream = concatBytes(...pages);
    for (let round = 0; round < 200; round++) {
      const place = Math.floor(random() * (stream.length - (pages[7]?.length ?? 0)));
      const damaged = stream.with(place, (stream[place] ?? 0) ^ (1 << Math.floor(random() * 8)));
      const items = demux([concatBytes(...headers(), damaged)]);
      let end = 0;
      const hit = pages.findIndex((bytes) => {
        end += bytes.length;
        return place < end;
      });
      const others = packets.filter((_, i) => Math.floor(i / 4) !== hit);
      const found = packetsOf(items);
      for (const bytes of others) {
        const index = packets.indexOf(bytes);
        const same = found.find((item) => Buffer.compare(item.bytes, bytes) === 0);
        // What the damaged page may have moved is set right by the next granule; its first page is the origin.
        expect(same, `bit in byte ${place}`).toBeDefined();
        if (hit > 0) expect(same?.atMs, `bit in byte ${place}`).toBe(index * 20);
      }
      expect(damageOf(items).length, `bit in byte ${place}`).toBe(1);
    }
  });

  it('finds its way after bytes were lost or put in', () => {
    const [cut, rest] = [pages.slice(0, 3), pages.slice(3)];
    for (const junk of [
      randomBytes(seeded(22), 70_000),
      Uint8Array.from(text('OggOggSOg')),
      pages[3]?.subarray(0, 60) ?? [],
    ]) {
      const items = demux([concatBytes(...headers(), ...cut, junk, ...rest)]);
      expect(damageOf(items).length).toBe(1);
      const found = packetsOf(items).filter(({ bytes }) =>
        packets.some((packet) => Buffer.compare(packet, bytes) === 0),
      );
      expect(found.map(({ atMs }) => atMs)).toEqual(expect.arrayContaining(packets.map((_, i) => i * 20)));
    }
    const items = demux([concatBytes(...headers(), ...cut, rest[0]?.subarray(50) ?? [], ...rest.slice(1))]);
    expect(timesOf(items)).toEqual(packets.map((_, i) => i * 20).filter((ms) => ms < 240 || ms >= 320));
    expect(damageOf(items).length).toBe(1);
  });

  it('finds a page within what a damaged one claimed to hold', () => {
    const large = pages[2]?.with(27, 255) ?? head;
    const items = demux([concatBytes(...headers(), ...pages.slice(0, 2), large, ...pages.slice(3))]);
    expect(timesOf(items)).toEqual(
      expect.arrayContaining(packets.map((_, i) => i * 20).filter((ms) => ms < 160 || ms >= 240)),
    );
  });

  it('joins no packet to the rest of one that lay on a damaged page', () => {
    const random = seeded(23);
    const [one, two, long] = [celt(random), celt(random), celt(random, 300)];
    const start = page([one, long.subarray(0, 255)], { serial, sequence: 2, granule: 960, unfinished: true });
    const end = page([long.subarray(255), two], { serial, sequence: 3, granule: 3 * 960, continued: true });
    const items = demux([concatBytes(...headers(), start.with(100, (start[100] ?? 0) ^ 1), end)]);
    expect(packetsOf(items).map(({ bytes }) => bytes)).toEqual([one, two]);
    expect(damageOf(items).length).toBe(1);
  });

  it('does not take junk in front for the beginning', () => {
    const stream = concatBytes(text('OggS\0\0junk'), ...headers(), ...pages);
    const items = demux([stream]);
    expect(items[0]).toMatchObject({ kind: 'damage' });
    expect(items.slice(1)).toEqual([track, ...everyPacket(packets)]);
  });

  it('gives what a last page holds that never ended', () => {
    const last = pages.at(-1) ?? head;
    const items = demux([concatBytes(...headers(), ...pages.slice(0, -1), last.subarray(0, last.length - 1))]);
    expect(items).toEqual([track, ...everyPacket(packets.slice(0, -1))]);
  });
});

describe('Ogg that is joined in the middle', () => {
  it('is taken for Opus where the packets look like it', () => {
    const { packets, pages } = recording(seeded(30), 3);
    const items = demux([concatBytes(...pages)]);
    const joined = { kind: 'track', format: { codec: 'opus', head: plainOpusHead }, joinedMidway: true };
    expect(items).toEqual([joined, ...everyPacket(packets)]);
    const inside = concatBytes(pages[0]?.subarray(40) ?? [], ...pages.slice(1));
    const [damage, first, ...rest] = demux([inside]);
    expect(damage).toMatchObject({ kind: 'damage' });
    expect(first).toEqual(joined);
    expect(rest).toEqual(everyPacket(packets.slice(4)));
  });

  it('drops the end of a packet that began before', () => {
    const random = seeded(31);
    const [tail, packet] = [randomBytes(random, 60), celt(random)];
    const first = page([tail, packet], { serial, sequence: 50, granule: 96_000, continued: true });
    expect(demux([first]).slice(1)).toEqual(everyPacket([packet]));
  });

  it('is refused otherwise', () => {
    const random = seeded(32);
    const vorbis = page([vorbisPacket(true), vorbisPacket(false, 40), vorbisPacket(true, 3_000)], {
      serial,
      sequence: 9,
    });
    const unequal = page([celt(random), Uint8Array.of(0, 1, 2)], { serial, sequence: 9 });
    const flac = page([frame([[1, 2, 3]])], { serial, sequence: 9 });
    for (const bytes of [vorbis, unequal, flac]) {
      expect(() => demux([bytes])).toThrow(expect.objectContaining({ code: 'unsupported_audio' }));
      expect(() => demux([bytes])).toThrow('send it from its first byte');
    }
  });

  it('finds the next stream of a chain whose head was lost', () => {
    const random = seeded(33);
    const [one, two] = [recording(random, 2), recording(random, 2)];
    const moved = two.pages.map((bytes) => sealed(bytes.with(14, 8)));
    const items = demux([concatBytes(...headers(), ...one.pages, ...moved)]);
    expect(items.filter(({ kind }) => kind === 'track')).toMatchObject([{}, { joinedMidway: true }]);
    expect(packetsOf(items).length).toBe(16);
  });
});

describe('the streams in Ogg', () => {
  const theora = page([concatBytes([0x80], text('theora'), new Uint8Array(30))], { serial: 1, first: true });
  const speex = page([Uint8Array.from(text('Speex   1.2'))], { serial: 2, first: true });

  it('are the first that can be decoded', () => {
    const { packets, pages } = recording(seeded(40), 2);
    const vorbis = page([vorbisHeaders()[0]], { serial: 3, first: true });
    const stream = [theora, speex, ...headers().slice(0, 1), vorbis, ...headers().slice(1), ...pages];
    expect(demux([concatBytes(...stream)])).toEqual([track, ...everyPacket(packets)]);
  });

  it('are named where there is none', () => {
    const stream = concatBytes(theora, speex, page([randomBytes(seeded(41), 20)], { serial: 1, sequence: 1 }));
    expect(() => demux([stream])).toThrow(
      expect.objectContaining({ code: 'unsupported_audio', message: expect.stringContaining('Theora, Speex;') }),
    );
  });

  it('give FLAC its header and its frames', () => {
    const info = streamInfo({ blockSize: 100 });
    const frames = [0, 1, 2].map((number) => frame([new Array<number>(100).fill(number)], { number }));
    const [first, ...rest] = frames;
    const stream = [
      page([oggFlacHead(info)], { serial, first: true }),
      page([block(4, new Uint8Array(50), true)], { serial, sequence: 1 }),
      page([first ?? head], { serial, sequence: 2, granule: 100 }),
      page(rest, { serial, sequence: 3, granule: 300, last: true }),
    ];
    const items = demux([concatBytes(...stream)]);
    expect(items[0]).toEqual({ kind: 'track', format: { codec: 'flac', streamInfo: info } });
    expect(items.slice(1)).toEqual(frames.map((bytes, i) => ({ kind: 'packet', bytes, atMs: i * 6.25 })));
  });

  const [identification, comment, setup] = vorbisHeaders();
  const vorbisPages = [
    page([identification], { serial, first: true }),
    page([comment, setup], { serial, sequence: 1 }),
  ];

  it('give Vorbis its three headers, and its packets their times', () => {
    const packets = [vorbisPacket(false), vorbisPacket(false, 1), vorbisPacket(true, 2), vorbisPacket(true, 3)];
    const stream = [
      ...vorbisPages,
      page(packets.slice(0, 2), { serial, sequence: 2, granule: 128 }),
      page(packets.slice(2), { serial, sequence: 3, granule: 128 + 320 + 512 - 32, last: true }),
    ];
    const items = demux([concatBytes(...stream)]);
    expect(items[0]).toEqual({ kind: 'track', format: { codec: 'vorbis', headers: [identification, comment, setup] } });
    expect(packetsOf(items).map(({ bytes }) => bytes)).toEqual(packets);
    expect(timesOf(items)).toEqual([0, 0, 8, 28]);
    expect(packetsOf(items).at(-1)?.discardMs).toBe(2);
  });

  it('set the time of Vorbis right with each page', () => {
    const stream = [
      ...vorbisPages,
      page([vorbisPacket(true), vorbisPacket(true)], { serial, sequence: 2, granule: 512 }),
      page([vorbisPacket(true), vorbisPacket(true)], { serial, sequence: 3, granule: 512 + 1_000 }),
      page([vorbisPacket(true)], { serial, sequence: 4, granule: 512 + 1_000 + 512 }),
    ];
    expect(timesOf(demux([concatBytes(...stream)]))).toEqual([0, 0, 32, 64, (512 + 1_000) / 16]);
  });

  it('take Vorbis headers from pages only that are sound, and need them all', () => {
    const audio = page([vorbisPacket(false)], { serial, sequence: 2, granule: 0 });
    const [first, second = head] = vorbisPages;
    const damaged = second.with(60, (second[60] ?? 0) ^ 1);
    for (const pages of [
      [first ?? head, audio],
      [first ?? head, damaged, audio],
    ]) {
      expect(() => demux([concatBytes(...pages)])).toThrow('before its headers are complete');
    }
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['a damaged Opus head', page([head.subarray(0, 12)], { serial, first: true }), /Opus header is damaged/],
    ['a damaged FLAC head', page([oggFlacHead().subarray(0, 30)], { serial, first: true }), /STREAMINFO/],
    [
      'a damaged Vorbis head',
      page([identification.subarray(0, 20)], { serial, first: true }),
      /Vorbis header is damaged/,
    ],
  ])('are refused with %s', (_name, stream, message) => {
    expect(() => demux([stream])).toThrow(message);
  });
});

type Mutation = (random: () => number, bytes: Uint8Array) => Uint8Array;
const place = (random: () => number, bytes: Uint8Array): number => Math.floor(random() * bytes.length);

const mutations: readonly Mutation[] = [
  (random, bytes) => bytes.map((byte) => (random() < 0.005 ? Math.floor(random() * 256) : byte)),
  (random, bytes) => {
    const at = place(random, bytes);
    return concatBytes(bytes.subarray(0, at), bytes.subarray(at + Math.floor(random() * 400)));
  },
  (random, bytes) => {
    const at = place(random, bytes);
    return concatBytes(bytes.subarray(0, at), randomBytes(random, 200), bytes.subarray(at));
  },
  (random, bytes) => {
    const [at, from] = [place(random, bytes), place(random, bytes)];
    return concatBytes(bytes.subarray(0, at), bytes.subarray(from));
  },
  // The checksum is right again, so that what it covers is believed.
  (random, bytes) => {
    const start = Buffer.from(bytes).indexOf('OggS', place(random, bytes));
    const length =
      start < 0
        ? 0
        : 27 + bytes.subarray(start + 27, start + 27 + (bytes[start + 26] ?? 0)).reduce((sum, n) => sum + n + 1, 0);
    if (length < 40 || start + length > bytes.length) return bytes;
    const changed = bytes.slice(start, start + length);
    const at = 4 + place(random, changed.subarray(4));
    if (at === 26) return bytes;
    changed[at] = Math.floor(random() * 256);
    return concatBytes(bytes.subarray(0, start), sealed(changed), bytes.subarray(start + length));
  },
];

const mutated: Mutation = (random, bytes) =>
  bytes.length === 0 ? bytes : (mutations[Math.floor(random() * mutations.length)]?.(random, bytes) ?? bytes);

describe('hostile Ogg', { timeout: 60_000 }, () => {
  it('ends in packets within the input or in a typed error, for 3,000 mutations', () => {
    let packets = 0;
    let errors = 0;
    const random = seeded(50);
    const vorbis = vorbisHeaders();
    const sources = [
      concatBytes(...headers(), ...recording(random, 4).pages),
      concatBytes(
        page([vorbis[0]], { serial, first: true }),
        page([vorbis[1], vorbis[2]], { serial, sequence: 1 }),
        page([vorbisPacket(false), vorbisPacket(true)], { serial, sequence: 2, granule: 320 }),
        page([vorbisPacket(true), vorbisPacket(true)], { serial, sequence: 3, granule: 1_300, last: true }),
      ),
      concatBytes(
        page([oggFlacHead()], { serial, first: true }),
        page([frame([[1, 2, 3]])], { serial, sequence: 1, granule: 3 }),
      ),
    ];
    for (let seed = 0; seed < 3_000; seed++) {
      const own = seeded(seed);
      const stream = mutated(own, mutated(own, sources[seed % 3] ?? head));
      let found = 0;
      try {
        for (const item of demux(cutAnywhere(own, stream))) {
          if (item.kind !== 'packet') continue;
          found += item.bytes.length;
          expect(Number.isFinite(item.atMs), `seed ${seed}`).toBe(true);
          expect(item.discardMs ?? 1, `seed ${seed}`).toBeGreaterThan(0);
        }
      } catch (error) {
        if (!(error instanceof AudioError)) throw new Error(`seed ${seed}`, { cause: error });
        errors++;
      }
      // A page that was damaged may hold a sound one, so bytes may come out twice, but no more.
      expect(found, `seed ${seed}`).toBeLessThanOrEqual(2 * stream.length);
      if (found > 0) packets++;
    }
    expect(packets).toBeGreaterThan(1_000);
    expect(errors).toBeGreaterThan(200);
  });

  it('searches through nested false pages within its budget', () => {
    // Each claims 255 segments of 255 bytes, and holds the next.
    const bait = new Uint8Array(3_000_000).fill(255);
    const start = concatBytes(text('OggS'), [0, 0], new Uint8Array(20), [255]);
    for (let at = 0; at + start.length < bait.length; at += start.length) bait.set(start, at);
    const { packets, pages } = recording(seeded(51), 3);
    const items = demux([concatBytes(...headers(), pages[0] ?? head, bait, ...pages.slice(1))]);
    expect(damageOf(items).length).toBe(1);
    expect(packetsOf(items).length).toBeGreaterThanOrEqual(4);
    expect(packetsOf(items).length).toBeLessThanOrEqual(packets.length);
  });

  it.each<[string, (sequence: number) => Uint8Array]>([
    ['first pages', () => page([head], { serial, first: true })],
    ['pages of others', (sequence) => page([new Uint8Array(400)], { serial: 99, sequence })],
    ['empty pages', (sequence) => page([], { serial, sequence })],
    ['empty packets', (sequence) => page([], { serial, sequence, lacing: new Array<number>(255).fill(0) })],
    ['tags', (sequence) => page([opusTags(5_000)], { serial, sequence })],
    ['damage', () => new Uint8Array(5_000)],
  ])('refuses a stream of nothing but %s after 8 MiB', (_name, unit) => {
    const made = unit(2);
    const chunk = concatBytes(...new Array<Uint8Array>(Math.ceil(16_384 / made.length)).fill(made));
    const demuxer = new OggDemuxer();
    const read = (bytes: Uint8Array) => Array.from(demuxer.read(bytes)).length;
    read(concatBytes(...headers()));
    let taken = 0;
    expect(() => {
      for (; taken < 16 * 1_048_576; taken += chunk.length) read(chunk);
    }).toThrow(/no audio within|side by side/);
    expect(taken).toBeLessThan(8.1 * 1_048_576);
  });

  it('refuses more streams than anybody has, and a packet of 2 MB', () => {
    const many = Array.from({ length: 65 }, (_, i) => page([head], { serial: i, first: true }));
    expect(() => demux(many)).toThrow('more than 64 streams');
    const endless = Array.from({ length: 33 }, (_, i) =>
      page([celt(seeded(52), 65_025)], { serial, sequence: 2 + i, granule: -1, continued: i > 0, unfinished: true }),
    );
    expect(() => demux([...headers(), ...endless])).toThrow('more than 1048576 bytes');
  });

  it('allocates by what has arrived, not by what is promised', () => {
    const promise = concatBytes(
      ...headers(),
      text('OggS'),
      [0, 0],
      new Uint8Array(20),
      [255],
      new Uint8Array(255).fill(255),
    );
    const before = process.memoryUsage().arrayBuffers;
    const demuxers = Array.from({ length: 400 }, () => {
      const demuxer = new OggDemuxer();
      Array.from(demuxer.read(promise));
      return demuxer;
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(demuxers.length * 10_000);
  });
});
