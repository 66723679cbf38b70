import { seeded } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import { CafDemuxer } from '../src/caf/demuxer.ts';
import { AudioError } from '../src/errors.ts';
import type { TrackFormat, TrackItem } from '../src/track.ts';
import { cafHeader, chunk, type DescOptions, data, desc, opusDesc, opusFile, pakt } from './caf-bytes.ts';
import { demuxed, esDescriptor, u64, zeros } from './isobmff.ts';
import { concatBytes, opusHead } from './matroska.ts';
import { byteByByte, cutAnywhere, randomBytes } from './random.ts';

const read = (...parts: readonly Uint8Array[]): TrackItem[] => demuxed(new CafDemuxer(), [concatBytes(...parts)]);

const packetsOf = (items: readonly TrackItem[]) => items.filter((item) => item.kind === 'packet');
const bytesOf = (items: readonly TrackItem[]): number[][] => packetsOf(items).map(({ bytes }) => [...bytes]);

const packets = (count: number, seed = 1): Uint8Array[] => {
  const random = seeded(seed);
  return Array.from({ length: count }, () => randomBytes(random, 1 + Math.floor(random() * 300)));
};
const plain = (list: readonly Uint8Array[]): number[][] => list.map((packet) => [...packet]);

function formatOf(...chunks: readonly Uint8Array[]): TrackFormat | undefined {
  const [track] = read(cafHeader(), ...chunks, data([]));
  return track?.kind === 'track' ? track.format : undefined;
}

describe('CAF with PCM', () => {
  const bytes = Uint8Array.from({ length: 20 }, (_, i) => i);

  it.each<[string, DescOptions, string]>([
    ['16 bits', {}, 's16le'],
    ['16 bits, big-endian', { flags: 0 }, 's16be'],
    ['8 bits', { bits: 8, bytesPerPacket: 1 }, 's8'],
    ['24 bits, stereo', { bits: 24, bytesPerPacket: 6, channels: 2 }, 's24le'],
    ['32 bits, big-endian', { bits: 32, bytesPerPacket: 4, flags: 0 }, 's32be'],
    ['floats', { bits: 32, bytesPerPacket: 4, flags: 3 }, 'f32le'],
    ['floats of 64 bits, big-endian', { bits: 64, bytesPerPacket: 8, flags: 1 }, 'f64be'],
    ['mu-law', { codec: 'ulaw', bits: 8, bytesPerPacket: 1 }, 'mulaw'],
    ['A-law', { codec: 'alaw', bits: 8, bytesPerPacket: 1 }, 'alaw'],
  ])('reads %s', (_name, options, type) => {
    const { channels = 1 } = options;
    expect(formatOf(desc(options))).toEqual({ codec: 'pcm', format: { type, sampleRate: 48_000, channels } });
  });

  it.each<[string, Uint8Array]>([
    ['of a stated size', concatBytes(data(bytes), chunk('info', zeros(30)))],
    ['to the end', data(bytes, -1)],
  ])('gives audio %s in the pieces in which it comes', (_name, audio) => {
    const stream = concatBytes(cafHeader(), chunk('free', zeros(7)), desc(), chunk('chan', zeros(12)), audio);
    const at = stream.length - audio.length + 16;
    const items = demuxed(new CafDemuxer(), [stream.subarray(0, at + 3), stream.subarray(at + 3)]);
    expect(items[0]).toMatchObject({ kind: 'track', format: { format: { type: 's16le' } } });
    expect(bytesOf(items)).toEqual([[0, 1, 2], [...bytes.subarray(3)]]);
  });

  it.each<[string, DescOptions, string]>([
    ['12 bits', { bits: 12 }, '12 bits'],
    ['samples with padding', { bits: 24, bytesPerPacket: 4 }, 'without padding'],
    ['floats of 16 bits', { flags: 1 }, 'floats of 16 bits'],
    ['Apple Lossless', { codec: 'alac' }, '"alac"'],
    ['a codec of bytes that are no text', { codec: '\0\u0001\u001b\u0003' }, 'codec "\\u0000\\u0001\\u001b'],
  ])('refuses %s', (_name, options, message) => {
    expect(() => formatOf(desc(options))).toThrow(
      expect.objectContaining({ code: 'unsupported_audio', message: expect.stringContaining(message) }),
    );
  });
});

describe('CAF with packets', () => {
  it('cuts Opus by the table in front of it', () => {
    const list = packets(5);
    const items = read(opusFile(list));
    expect(items[0]).toEqual({
      kind: 'track',
      format: {
        codec: 'opus',
        head: { layout: { channels: 1, streams: 1, coupledStreams: 0, mapping: [0] }, preSkip: 0, gain: 1 },
      },
    });
    expect(bytesOf(items)).toEqual(plain(list));
  });

  it('gives a packet with its last byte and does not copy one that comes whole', () => {
    const list = packets(3);
    const stream = opusFile(list);
    const demuxer = new CafDemuxer();
    let at = stream.length - list.reduce((sum, { length }) => sum + length, 0);
    demuxed(demuxer, [stream.subarray(0, at)]);
    for (const { length } of list) {
      expect(demuxed(demuxer, [stream.subarray(at, at + length - 1)])).toEqual([]);
      expect(demuxed(demuxer, [stream.subarray(at + length - 1, at + length)])).toHaveLength(1);
      at += length;
    }
    const buffers = [];
    for (const item of new CafDemuxer().read(stream)) if (item.kind === 'packet') buffers.push(item.bytes.buffer);
    expect(buffers.map((buffer) => buffer === stream.buffer)).toEqual([true, true, true]);
  });

  it('needs no table where packets are of one size', () => {
    const items = read(cafHeader(), opusDesc({ bytesPerPacket: 4 }), data(zeros(12), -1));
    expect(packetsOf(items).map(({ bytes }) => bytes.length)).toEqual([4, 4, 4]);
  });

  it('reads a table in which every packet has its own duration', () => {
    const stream = [cafHeader(), opusDesc({ framesPerPacket: 0 }), pakt({ numbers: [2, 960, 1, 300], count: 2 })];
    expect(bytesOf(read(...stream, data([1, 2, 3])))).toEqual([[1, 2], [3]]);
  });

  it('passes over empty packets and what the table does not name', () => {
    const stream = [cafHeader(), opusDesc(), pakt({ numbers: [0, 2, 0, 0, 1] }), data([1, 2, 3, 4, 5])];
    expect(bytesOf(read(...stream))).toEqual([[1, 2], [3]]);
  });

  it('tells priming and padding', () => {
    const list = packets(3);
    const items = read(opusFile(list, { priming: 480, remainder: 96 }));
    expect(items[0]).toMatchObject({ skipMs: 10 });
    expect(packetsOf(items).map(({ discardMs }) => discardMs)).toEqual([undefined, undefined, 2]);
    // An Opus head states the priming itself.
    const withHead = read(
      cafHeader(),
      opusDesc(),
      chunk('kuki', opusHead(1, 312)),
      pakt({ numbers: [1], priming: 312 }),
      data([1]),
    );
    expect(withHead[0]).toMatchObject({ format: { head: { preSkip: 312 } } });
    expect(withHead[0]).not.toHaveProperty('skipMs');
  });

  it('ignores a cookie of Opus that it does not know, but not for many channels', () => {
    const table = pakt({ numbers: [1] });
    expect(formatOf(opusDesc({ channels: 2 }), chunk('kuki', zeros(28)), table)).toMatchObject({ codec: 'opus' });
    expect(() => formatOf(opusDesc({ channels: 6 }), table)).toThrow('needs an OpusHead');
  });

  it('reads AAC by its descriptor or its AudioSpecificConfig', () => {
    const aac = desc({ codec: 'aac ', flags: 2, bytesPerPacket: 0, framesPerPacket: 1_024, bits: 0 });
    const table = pakt({ numbers: [1] });
    const expected = { codec: 'aac', config: Uint8Array.of(0x11, 0x88) };
    expect(formatOf(aac, chunk('kuki', [0x11, 0x88]), table)).toEqual(expected);
    expect(formatOf(aac, chunk('kuki', esDescriptor(0x40, [0x11, 0x88])), table)).toEqual(expected);
    expect(() => formatOf(aac, table)).toThrow('no chunk kuki');
  });

  it('refuses a table behind the audio, and says what to do', () => {
    expect(() => read(cafHeader(), opusDesc(), data([1]), pakt({ numbers: [1] }))).toThrow(
      expect.objectContaining({ code: 'unsupported_audio', message: expect.stringContaining('table in front') }),
    );
  });

  it('begins a new track with a second file', () => {
    const list = packets(2);
    const items = read(opusFile(list), opusFile(list, { priming: 48 }));
    expect(items.map(({ kind }) => kind)).toEqual(['track', 'packet', 'packet', 'track', 'packet', 'packet']);
  });
});

describe('damaged and hostile CAF', { timeout: 60_000 }, () => {
  it.each<[string, Uint8Array[]]>([
    ['no CAF at all', [zeros(20)]],
    ['audio before its description', [cafHeader(), data([1])]],
    ['two chunks of audio', [cafHeader(), desc(), data([1]), data([1])]],
    ['a chunk of less than nothing', [cafHeader(), chunk('free', [], -2)]],
    ['a table without end', [cafHeader(), chunk('pakt', [], 2 ** 40)]],
    ['audio without its count of edits', [cafHeader(), desc(), chunk('data', zeros(9), 3)]],
    ['a description that ends early', [cafHeader(), chunk('desc', zeros(20))]],
    ['no channels', [cafHeader(), desc({ channels: 0 })]],
    ['no rate', [cafHeader(), desc({ rate: 0 })]],
    ['a rate that is no number', [cafHeader(), desc({ rate: Number.NaN })]],
    ['a rate without end', [cafHeader(), desc({ rate: Number.POSITIVE_INFINITY })]],
    [
      'a table that ends before the audio',
      [cafHeader(), opusDesc(), pakt({ numbers: [1], count: 2 ** 40 }), data([1, 2])],
    ],
    ['a packet of megabytes', [cafHeader(), opusDesc(), pakt({ numbers: [2 ** 21] }), data([1])]],
  ])('refuses %s', (_name, parts) => {
    expect(() => read(...parts)).toThrow(expect.objectContaining({ code: 'bad_audio' }));
  });

  it('refuses a number of the table that does not end', () => {
    const table = chunk('pakt', [...u64(1), ...zeros(16), ...zeros(20).fill(255), 1]);
    expect(() => read(cafHeader(), opusDesc(), table, data([1]))).toThrow('does not end');
  });

  it('takes empty chunks, of audio too', () => {
    const items = read(
      cafHeader(),
      chunk('kuki', []),
      desc(),
      data([]),
      chunk('info', []),
      cafHeader(),
      desc(),
      data([1]),
    );
    expect(items.map(({ kind }) => kind)).toEqual(['track', 'track', 'packet']);
  });

  it('refuses another version', () => {
    expect(() => read(cafHeader(2))).toThrow(expect.objectContaining({ code: 'unsupported_audio' }));
  });

  it.each<[string, Uint8Array, Uint8Array]>([
    ['headers', cafHeader(), cafHeader()],
    ['empty chunks', cafHeader(), chunk('free', [])],
    ['chunks that are passed over', cafHeader(), chunk('abcd', zeros(999))],
    ['descriptions', cafHeader(), desc()],
    ['one chunk of terabytes', concatBytes(cafHeader(), chunk('free', [], 2 ** 42)), zeros(999)],
    [
      'audio that no table names',
      concatBytes(cafHeader(), opusDesc(), pakt({ numbers: [] }), data([], -1)),
      zeros(999),
    ],
  ])('refuses a stream of nothing but %s after 8 MiB', (_name, start, unit) => {
    const part = concatBytes(...Array.from({ length: Math.ceil(16_384 / unit.length) }, () => unit));
    const demuxer = new CafDemuxer();
    demuxed(demuxer, [start]);
    let taken = start.length;
    expect(() => {
      for (; taken < 16 * 1_048_576; taken += part.length) demuxed(demuxer, [part]);
    }).toThrow('no audio within');
    expect(taken).toBeGreaterThan(7.9 * 1_048_576);
    expect(taken).toBeLessThan(8.1 * 1_048_576);
  });

  it('takes any length of audio', () => {
    const demuxer = new CafDemuxer();
    demuxed(demuxer, [cafHeader(), desc(), data([], -1)]);
    for (let i = 0; i < 20; i++) expect(demuxed(demuxer, [zeros(1_048_576)])).toHaveLength(1);
  });

  it('allocates by what has arrived, not by what is promised', () => {
    const promises = [
      concatBytes(cafHeader(), chunk('pakt', zeros(9), 4_000_000)),
      concatBytes(cafHeader(), opusDesc(), pakt({ numbers: [1_000_000] }), data(zeros(9), -1)),
    ];
    const before = process.memoryUsage().arrayBuffers;
    const demuxers = Array.from({ length: 400 }, (_, i) => {
      const demuxer = new CafDemuxer();
      demuxed(demuxer, [promises[i % 2] ?? zeros(0)]);
      return demuxer;
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(demuxers.length * 10_000);
  });

  const recordings = [
    concatBytes(opusFile(packets(6), { priming: 100, remainder: 9 }), chunk('info', zeros(5)), opusFile(packets(3, 2))),
    concatBytes(cafHeader(), desc(), chunk('chan', zeros(12)), data(packets(1, 3)[0] ?? [])),
  ];

  interface Outcome {
    readonly items: readonly TrackItem[];
    readonly error: string | undefined;
  }

  function outcome(pieces: readonly Uint8Array[]): Outcome {
    const demuxer = new CafDemuxer();
    const items: TrackItem[] = [];
    try {
      for (const piece of pieces) {
        for (const item of demuxer.read(piece)) {
          items.push(item.kind === 'packet' ? { ...item, bytes: item.bytes.slice() } : item);
        }
      }
    } catch (error) {
      if (!(error instanceof AudioError)) throw error;
      return { items, error: error.message };
    }
    return { items, error: undefined };
  }

  it('gives the same however it is cut', () => {
    const [opus = zeros(0)] = recordings;
    const whole = outcome([opus]);
    expect(whole.items).toHaveLength(11);
    expect(outcome(byteByByte(opus))).toEqual(whole);
    for (let seed = 0; seed < 40; seed++) {
      expect(outcome(cutAnywhere(seeded(seed), opus)), `seed ${seed}`).toEqual(whole);
    }
  });

  it('ends in packets within the input or in a typed error, for 3,000 mutations', () => {
    let refused = 0;
    let heard = 0;
    for (let seed = 0; seed < 3_000; seed++) {
      const random = seeded(seed);
      const recording = recordings[seed % 2] ?? zeros(0);
      const rate = 0.001 + random() * 0.02;
      const stream = recording.map((byte) => (random() < rate ? Math.floor(random() * 256) : byte));
      const whole = outcome([stream]);
      const cut = outcome(cutAnywhere(random, stream));
      const length = ({ items }: Outcome) => packetsOf(items).reduce((sum, { bytes }) => sum + bytes.length, 0);
      expect(cut.error, `seed ${seed}`).toBe(whole.error);
      expect(length(cut), `seed ${seed}`).toBe(length(whole));
      expect(length(whole), `seed ${seed}`).toBeLessThanOrEqual(stream.length);
      if (whole.error) refused++;
      if (length(whole) > 0) heard++;
    }
    expect(refused).toBeGreaterThan(300);
    expect(heard).toBeGreaterThan(1_000);
  });
});
