import { seeded } from '@live-transcribe/testkit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AudioError } from '../src/index.ts';
import { openMp3 } from '../src/mp3/codec.ts';
import { Mp3Demuxer } from '../src/mp3/demuxer.ts';
import { mp3 } from '../src/mp3/header.ts';
import { findMp3, matchMp3 } from '../src/mp3/match.ts';
import { openMpg123 } from '../src/mp3/mpg123.ts';
import type { TrackItem } from '../src/track.ts';
import { byteByByte, cutAnywhere, randomBytes } from './random.ts';

const join = (...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array =>
  new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part))));
const ascii = (text: string): number[] => Array.from(text, (letter) => letter.charCodeAt(0));
const uint = (value: number, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, i) => (value >>> (8 * (bytes - 1 - i))) & 255);

/** MPEG-1 layer III, 44.1 kHz, stereo, 32 kbit/s: 104 bytes, or 105 with padding. */
const plainHead = [0xff, 0xfb, 0x10, 0x00] as const;
const monoHead = [0xff, 0xfb, 0x10, 0xc0] as const;
/** MPEG-2 layer III, 16 kHz, mono, 8 kbit/s: 36 bytes. */
const mpeg2Head = [0xff, 0xf3, 0x18, 0xc0] as const;

/** A frame of the length that its header states, with `body` at its beginning. */
function frame(head: readonly number[] = plainHead, body: Uint8Array | readonly number[] = []): Uint8Array {
  const header = mp3.parse(Uint8Array.from(head), 0);
  if (!header) throw new Error('No header.');
  const bytes = new Uint8Array(header.frameBytes);
  bytes.set(head);
  bytes.set(body.slice(0, bytes.length - 4), 4);
  return bytes;
}

/** Holds no sync word. */
const body = (random: () => number): Uint8Array => randomBytes(random, 100).map((byte) => byte & 0x7f);

interface Padding {
  readonly encoder?: string;
  readonly before: number;
  readonly behind: number;
}

function xing(name: string, frames: number | undefined, padding?: Padding): number[] {
  const lame = padding
    ? [
        ...ascii((padding.encoder ?? 'LAME3.100').padEnd(9)),
        ...new Array<number>(12).fill(0),
        ...uint((padding.before << 12) | padding.behind, 3),
      ]
    : [];
  return [
    ...ascii(name),
    ...uint(frames === undefined ? 0 : 1, 4),
    ...(frames === undefined ? [] : uint(frames, 4)),
    ...lame,
  ];
}

const infoFrame = (info: readonly number[], head: readonly number[] = plainHead, at = 32): Uint8Array =>
  frame([...head.slice(0, 2), ((head[2] ?? 0) & 15) | 0xe0, head[3] ?? 0], [...new Array<number>(at).fill(0), ...info]);

const asText = (item: TrackItem): string => {
  if (item.kind === 'damage') return 'damage';
  if (item.kind === 'track') return `track ${item.format.codec} ${item.skipMs ?? ''}`.trim();
  return `packet ${Buffer.from(item.bytes).toString('hex')} ${item.discardMs ?? ''}`.trim();
};

function read(pieces: readonly Uint8Array[]): string[] {
  const demuxer = new Mp3Demuxer();
  const lines = pieces.flatMap((piece) => Array.from(demuxer.read(piece), asText));
  return [...lines, ...Array.from(demuxer.end(), asText)];
}

const kinds = (lines: readonly string[]): string => lines.map((text) => text[0]).join('');

function recording(random: () => number): Uint8Array {
  const frames = (count: number, ...heads: readonly (readonly number[])[]) =>
    Array.from({ length: count }, (_, i) => frame(heads[i % heads.length], body(random)));
  return join(
    ascii('ID3'),
    [3, 0, 0, 0, 0, 0, 20],
    new Uint8Array(20).fill(0xff),
    infoFrame(xing('Xing', 4, { before: 576, behind: 1_000 })),
    ...frames(4, plainHead, [0xff, 0xfb, 0x12, 0x00], monoHead),
    body(random).subarray(0, 40),
    ...frames(3, plainHead),
    ascii('TAG'),
    new Uint8Array(125),
    ...frames(3, mpeg2Head),
    infoFrame(xing('Info', undefined), mpeg2Head, 9),
    ...frames(3, mpeg2Head),
    frame(mpeg2Head).subarray(0, 30),
    ...frames(3, [0xff, 0xe3, 0x18, 0xc4]),
    ascii('LYRICSBEGIN something to sing LYRICSEND'),
  );
}

describe('the header of an MPEG audio frame', () => {
  it.each<[string, readonly number[], object]>([
    [
      'MPEG-1 III, 128 kbit/s, 44.1 kHz',
      [0xff, 0xfb, 0x90, 0x64],
      { frameBytes: 417, samples: 1_152, channels: 2, sampleRate: 44_100 },
    ],
    ['the same, padded', [0xff, 0xfb, 0x92, 0x64], { frameBytes: 418 }],
    [
      'MPEG-2 III, 64 kbit/s, 22.05 kHz, mono',
      [0xff, 0xf3, 0x80, 0xc4],
      { frameBytes: 208, samples: 576, channels: 1, sampleRate: 22_050 },
    ],
    ['MPEG-2.5 III, 8 kbit/s, 8 kHz', [0xff, 0xe3, 0x18, 0xc4], { frameBytes: 72, samples: 576, sampleRate: 8_000 }],
    [
      'MPEG-1 II, 384 kbit/s, 48 kHz',
      [0xff, 0xfd, 0xe4, 0x04],
      { frameBytes: 1_152, samples: 1_152, sampleRate: 48_000 },
    ],
    ['MPEG-1 I, 32 kbit/s, 32 kHz', [0xff, 0xff, 0x18, 0x04], { frameBytes: 48, samples: 384, sampleRate: 32_000 }],
  ])('%s', (_name, bytes, expected) => {
    expect(mp3.parse(Uint8Array.from(bytes), 0)).toMatchObject(expected);
  });

  it.each<[string, readonly number[]]>([
    ['a reserved version', [0xff, 0xeb, 0x90, 0]],
    ['a reserved layer', [0xff, 0xf9, 0x90, 0]],
    ['a reserved bit rate', [0xff, 0xfb, 0xf0, 0]],
    ['a reserved rate', [0xff, 0xfb, 0x9c, 0]],
    ['free format', [0xff, 0xfb, 0x00, 0]],
    ['layer II of version 2.5', [0xff, 0xe5, 0x90, 0]],
  ])('is none with %s', (_name, bytes) => {
    expect(mp3.parse(Uint8Array.from(bytes), 0)).toBeUndefined();
  });
});

describe('the MP3 demuxer', { timeout: 60_000 }, () => {
  it('gives whole frames, each with its last byte', () => {
    const demuxer = new Mp3Demuxer();
    const bytes = frame();
    expect(Array.from(demuxer.read(join(bytes, bytes)), asText)).toEqual([
      'track mp3',
      ...read([bytes]).slice(1),
      ...read([bytes]).slice(1),
    ]);
    expect([...demuxer.read(bytes.subarray(0, -1))]).toEqual([]);
    expect([...demuxer.read(bytes.subarray(-1))].length).toBe(1);
  });

  it.each<[string, readonly number[], readonly number[], number]>([
    ['stereo', plainHead, xing('Xing', 3, { before: 576, behind: 1_000 }), 32],
    ['mono', monoHead, xing('Info', 3, { before: 576, behind: 1_000, encoder: 'Lavc59.37' }), 17],
    ['with a checksum', [0xff, 0xfa, 0x10, 0x00], xing('Xing', 3, { before: 576, behind: 1_000, encoder: 'Lavf' }), 34],
  ])('drops the frame of encoder delay and padding, and states both: %s', (_name, head, info, at) => {
    const lines = read([join(infoFrame(info, head, at), frame(head), frame(head), frame(head))]);
    expect(kinds(lines)).toBe('tppp');
    expect(lines[0]).toBe(`track mp3 ${(1_105 * 1_000) / 44_100}`);
    expect(lines.map((text) => text.split(' ')[2])).toEqual([
      lines[0]?.split(' ')[2],
      undefined,
      undefined,
      `${(471 * 1_000) / 44_100}`,
    ]);
  });

  it('spreads padding of more than a frame over the last frames, and knows when all have been', () => {
    const info = infoFrame(xing('Xing', 3, { before: 0, behind: 529 + 1_152 + 100 }), plainHead);
    const lines = read([join(info, ...Array.from({ length: 5 }, () => frame()))]);
    const whole = (1_152 * 1_000) / 44_100;
    expect(lines.slice(1).map((text) => text.split(' ')[2])).toEqual([
      undefined,
      `${(100 * 1_000) / 44_100}`,
      `${whole}`,
      undefined,
      undefined,
    ]);
  });

  it.each<[string, readonly number[], number]>([
    ['a Xing frame of an encoder that states no delay', xing('Xing', 3), 32],
    ['a VBRI frame', [...ascii('VBRI'), ...new Array<number>(10).fill(9), ...uint(3, 4)], 32],
  ])('drops %s', (_name, info, at) => {
    expect(kinds(read([join(infoFrame(info, plainHead, at), frame(), frame())]))).toBe('tpp');
    expect(read([join(infoFrame(info, plainHead, at), frame(), frame())])[0]).toBe('track mp3');
  });

  it('gives the same for every way of cutting the stream', () => {
    for (let seed = 0; seed < 60; seed++) {
      const random = seeded(seed);
      const stream = recording(random);
      const whole = read([stream]);
      expect(kinds(whole), `seed ${seed}`).toBe('tppppdpppppptppppdpp');
      expect(read(cutAnywhere(random, stream)), `seed ${seed}`).toEqual(whole);
      expect(read(byteByByte(stream)), `seed ${seed}`).toEqual(whole);
    }
  });

  it('begins silently where it joins a stream in mid-frame', () => {
    expect(kinds(read([join([7, 7, 0xff, 0xfb, 7], frame(), frame())]))).toBe('tpp');
  });

  it('refuses free format', () => {
    expect(() => read([Uint8Array.of(0xff, 0xfb, 0x00, 0x00, 1, 2, 3)])).toThrow('free format');
  });

  it('refuses layers I and II', () => {
    const layer2 = frame([0xff, 0xfd, 0x14, 0x00]);
    expect(() => read([join(layer2, layer2)])).toThrow('layer 2; expected layer 3');
    const layer1 = frame([0xff, 0xff, 0x18, 0x00]);
    expect(() => read([join(layer1, layer1)])).toThrow('layer 1; expected layer 3');
    expect(kinds(read([join(frame(), frame(), layer2, layer2, frame())]))).toBe('tppddp');
  });

  it.each<[string, Uint8Array]>([
    ['sync words', new Uint8Array(65_536).fill(0xff)],
    ['headers without a second one', join(...Array.from({ length: 13_000 }, () => [...plainHead, 0]))],
    ['a tag that promises 256 MB', join(ascii('ID3'), [3, 0, 0, 127, 127, 127, 127], new Uint8Array(65_526))],
  ])('refuses a stream of nothing but %s after 16 MiB', (_name, bytes) => {
    const demuxer = new Mp3Demuxer();
    let taken = 0;
    expect(() => {
      for (; taken < 20 * 1_048_576; taken += bytes.length) Array.from(demuxer.read(bytes));
    }).toThrow('no audio within');
    expect(taken).toBeGreaterThan(15.8 * 1_048_576);
  });

  it('ends in items or in a typed error, for 3,000 mutations', () => {
    let found = 0;
    for (let seed = 0; seed < 3_000; seed++) {
      const random = seeded(seed);
      let stream = recording(random);
      for (let times = 0; times < 4; times++) {
        const at = Math.floor(random() * stream.length);
        if (random() < 0.5) stream = stream.map((byte) => (random() < 0.005 ? Math.floor(random() * 256) : byte));
        else
          stream = join(
            stream.subarray(0, at),
            randomBytes(random, 20),
            stream.subarray(at + Math.floor(random() * 200)),
          );
      }
      try {
        found += read(cutAnywhere(random, stream)).filter((text) => text.startsWith('packet')).length;
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

describe('recognising MP3', () => {
  it('takes three headers in a chain', () => {
    const three = join(frame(), frame([0xff, 0xfb, 0x22, 0xc0]), plainHead);
    for (let length = 0; length < three.length; length++) expect(matchMp3(three.subarray(0, length))).toBe('so_far');
    expect(matchMp3(three)).toBe('yes');
    expect(matchMp3(join(frame(), frame(), mpeg2Head))).toBe('no');
    expect(matchMp3(join(frame(), [0xff, 0x1b]))).toBe('no');
    expect(matchMp3(Uint8Array.of(0xff, 0xff, 0xff, 0xff))).toBe('no');
  });

  it('takes a tag of the ID3 kind, unless it has ADTS behind it', () => {
    const tag = join(ascii('ID3'), [4, 0, 0, 0, 0, 0, 50], new Uint8Array(50));
    expect(matchMp3(tag)).toBe('so_far');
    expect(matchMp3(join(tag, plainHead, [0, 0, 0]))).toBe('yes');
    const adts = [0xff, 0xf1, 0x4c, 0x40, 1, 0x1f, 0xfc, 1];
    expect(matchMp3(join(tag, adts))).toBe('so_far');
    expect(matchMp3(join(tag, adts, adts))).toBe('no');
    expect(matchMp3(join(ascii('ID3'), [4, 0, 0, 0, 100, 0, 0]))).toBe('yes');
    expect(matchMp3(ascii8('ID3A'))).toBe('no');
  });

  it('never waits beyond 70 KiB', () => {
    const random = seeded(5);
    const heads = [plainHead, ascii('ID3').concat([3, 0, 0, 0, 3, 10, 10]), [0xff, 0xfd, 0xe8, 0]];
    for (let run = 0; run < 300; run++) {
      expect(matchMp3(join(heads[run % 3] ?? [], randomBytes(random, 71_680)))).not.toBe('so_far');
    }
  });

  it('finds a chain of three that begins in mid-frame', () => {
    expect(findMp3(join([1, 0xff, 0xfb, 2], frame(), frame(), plainHead))).toBe(true);
    expect(findMp3(join([1, 0xff, 0xfb, 2], frame(), frame(), plainHead.slice(0, 3)))).toBe(false);
    expect(findMp3(randomBytes(seeded(4), 1_000_000))).toBe(false);
  });
});

const ascii8 = (text: string): Uint8Array => Uint8Array.from(ascii(text));

describe('the MP3 codec', { timeout: 60_000 }, () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each<[string, readonly number[], number, number]>([
    ['layer III', plainHead, 1_152, 44_100],
    ['MPEG-2', mpeg2Head, 576, 16_000],
    ['MPEG-2.5', [0xff, 0xe3, 0x18, 0xc4], 576, 8_000],
  ])(
    'gives each frame of %s at once, its rate and as many samples as it states',
    async (_name, head, samples, rate) => {
      const codec = await openMp3();
      for (let i = 0; i < 3; i++) {
        expect(codec.statedSamples(frame(head))).toBe(samples);
        expect(codec.decode(frame(head))?.length).toBe(samples);
        expect(codec.sampleRate).toBe(rate);
      }
      expect((await codec.end()).length).toBe(0);
      codec.free();
      codec.free();
    },
  );

  it('says that what is no frame is damaged', async () => {
    const codec = await openMp3();
    for (const bad of [new Uint8Array(0), ascii8('ID3'), frame().subarray(0, -1), Uint8Array.of(0xff, 0xfb, 0, 0, 1)]) {
      expect(codec.decode(bad)).toBeUndefined();
    }
    expect(codec.decode(infoFrame(xing('Info', 3)))?.length).toBe(0);
    expect(codec.decode(frame())?.length).toBe(1_152);
    codec.free();
  });

  it('takes anything in frames with a sound header, without a word, in 150 streams of 40 frames', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {
      throw new Error('The console was written to.');
    });
    let decoded = 0;
    for (let seed = 0; seed < 150; seed++) {
      const random = seeded(seed);
      const byte = () => Math.floor(random() * 256);
      const codec = await openMp3();
      for (let i = 0; i < 40; i++) {
        // Every second stream keeps to one format but for bit rate and mode, as streams do.
        const [sync, rest] = seed % 2 ? [0xfb, (byte() & 0xf3) | 0x04] : [0xe0 | (byte() & 0x1f), byte()];
        const head = Uint8Array.of(0xff, sync, rest, byte());
        const header = mp3.parse(head, 0);
        const samples = header && codec.decode(frame([...head], randomBytes(random, 1_500)))?.length;
        expect(samples, `seed ${seed}`).toBe(header?.layer === 3 ? header.samples : undefined);
        decoded += samples ?? 0;
      }
      codec.free();
    }
    expect(decoded).toBeGreaterThan(1_000_000);
    expect(log).not.toHaveBeenCalled();
  });

  it('is stopped where the vendor would read on after an error for ever', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {
      throw new Error('The console was written to.');
    });
    const decoder = await openMpg123();
    expect(() => {
      for (let i = 0; i < 100; i++) decoder.decode(new Uint8Array(65_536));
    }).toThrow('mpg123 gave the error -1');
    decoder.free();
    expect(log).not.toHaveBeenCalled();
  });
});
