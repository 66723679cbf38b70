import { execFileSync } from 'node:child_process';
import { seeded } from '@live-transcribe/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { CafDemuxer } from '../src/caf/demuxer.ts';
import { Mp4Demuxer } from '../src/mp4/demuxer.ts';
import { OpusCodec } from '../src/opus/codec.ts';
import type { TrackItem } from '../src/track.ts';
import { opusFile } from './caf-bytes.ts';
import { ffmpeg, ffmpegToFile, samplesOf, speak } from './ffmpeg.ts';
import { demuxed } from './isobmff.ts';
import { cutAnywhere } from './random.ts';
import { compare } from './signals.ts';

let speech: Uint8Array;
beforeAll(() => {
  speech = speak('She sells sea shells by the sea shore, and the shells she sells are surely sea shells.');
});

const fragments = ['-frag_duration', '250000', '-movflags'];
const indexed = ['-movflags', '+faststart'];
const recorded = [...fragments, 'frag_keyframe+empty_moov+default_base_moof'];

interface Container {
  readonly name: string;
  readonly args: readonly string[];
  readonly toPipe?: boolean;
}

const containers: readonly Container[] = [
  {
    name: 'fragments as recorders write them',
    args: recorded,
    toPipe: true,
  },
  { name: 'fragments with offsets from the beginning', args: [...fragments, 'frag_keyframe+empty_moov'], toPipe: true },
  { name: 'fragments behind a first part in the index', args: [...fragments, 'frag_keyframe'] },
  { name: 'fragments with an edit list', args: [...fragments, 'frag_keyframe+delay_moov'], toPipe: true },
  { name: 'DASH', args: ['-movflags', '+dash'] },
  { name: 'CMAF', args: ['-movflags', 'cmaf'] },
  { name: 'an index in front', args: indexed },
];

const codecs = [
  // At another rate ffmpeg skips the wrong number of samples when it decodes its own files: ticks are taken for samples.
  { codec: 'libopus', args: ['-c:a', 'libopus', '-ar', '48000'] },
  {
    codec: 'libopus in packets of 60 ms',
    args: ['-c:a', 'libopus', '-ar', '48000', '-frame_duration', '60', '-ac', '2'],
  },
  { codec: 'aac', args: ['-c:a', 'aac', '-ar', '44100'] },
  { codec: 'flac', args: ['-c:a', 'flac', '-strict', '-2'] },
  { codec: 'mp3', args: ['-c:a', 'libmp3lame', '-ar', '24000'] },
];

function record(codec: readonly string[], { args, toPipe = false }: Container, extension = 'mp4'): Uint8Array {
  const all = ['-i', 'pipe:0', ...codec, ...args];
  return toPipe
    ? ffmpeg([...all, '-f', extension, 'pipe:1'], speech)
    : ffmpegToFile([...all, '-f', extension], extension, speech);
}

const packetsOf = (items: readonly TrackItem[]) => items.filter((item) => item.kind === 'packet');
const cut = (bytes: Uint8Array): TrackItem[] => demuxed(new Mp4Demuxer(), cutAnywhere(seeded(bytes.length), bytes));
/** Item by item a test runner takes minutes to tell how two streams differ. */
const hexOf = (items: readonly TrackItem[]): string =>
  packetsOf(items)
    .map(({ bytes, atMs, discardMs }) => `${Buffer.from(bytes).toString('hex')} ${atMs} ${discardMs}`)
    .join('\n');
const skipOf = (items: readonly TrackItem[]): number => {
  const [track] = items;
  if (track?.kind !== 'track') throw new Error('No track has begun.');
  return (track.skipMs ?? 0) + (track.format.codec === 'opus' ? track.format.head.preSkip / 48 : 0);
};

/** Size and time (s) of each packet, by ffprobe. */
function probed(mp4: Uint8Array): { readonly size: number; readonly seconds: number }[] {
  const text = execFileSync(
    'ffprobe',
    ['-v', 'error', '-select_streams', 'a:0', '-show_entries', 'packet=pts_time,size', '-of', 'compact=p=0', '-'],
    { input: mp4, encoding: 'utf8', timeout: 50_000 },
  );
  return Array.from(text.matchAll(/pts_time=(-?[\d.]+)\|size=(\d+)/g), ([, seconds, size]) => ({
    seconds: Number(seconds),
    size: Number(size),
  }));
}

const cases = codecs.flatMap((codec) =>
  containers
    // The boxes of the others differ in their codec only.
    .filter(({ args }) => codec.codec.startsWith('libopus') || args === recorded || args === indexed)
    .map((container) => ({ ...codec, container, name: container.name })),
);

describe('MP4 made by ffmpeg against what ffprobe sees in it', () => {
  it.each(cases)('$codec in $name', ({ args, container }) => {
    const mp4 = record(args, container);
    const items = cut(mp4);
    const packets = packetsOf(items);
    const expected = probed(mp4);
    expect(expected.length).toBeGreaterThan(20);
    expect(items.map(({ kind }) => kind)).toEqual(['track', ...expected.map(() => 'packet')]);
    expect(packets.map(({ bytes }) => bytes.length)).toEqual(expected.map(({ size }) => size));
    const [first] = expected;
    const late = packets.map(
      ({ atMs = Number.NaN }, i) => atMs - ((expected[i]?.seconds ?? 0) - (first?.seconds ?? 0)) * 1_000,
    );
    // ffprobe shows microseconds, and begins before zero by what is to be skipped.
    expect(Math.max(...late.map(Math.abs))).toBeLessThan(0.01);
    expect(hexOf(demuxed(new Mp4Demuxer(), [mp4]))).toBe(hexOf(items));
  });

  it('passes over the video', () => {
    const video = ['-f', 'lavfi', '-i', 'testsrc=size=320x240:rate=25', '-shortest', '-c:v', 'mpeg4', '-c:a', 'aac'];
    for (const container of [containers[0], containers.at(-1)]) {
      if (!container) throw new Error('No container.');
      const mp4 = record(video, container);
      const items = cut(mp4);
      expect(items.map(({ kind }) => kind)).toEqual(['track', ...probed(mp4).map(() => 'packet')]);
      expect(packetsOf(items).map(({ bytes }) => bytes.length)).toEqual(probed(mp4).map(({ size }) => size));
    }
  });

  it('refuses an index at the end', () => {
    expect(() => cut(record(['-c:a', 'aac'], { name: 'plain', args: [] }))).toThrow('index (moov) at the end');
  });

  it.each([
    ['alac', 'codec alac'],
    ['ac3', 'codec ac-3'],
  ])('refuses %s by name', (codec, message) => {
    expect(() => cut(record(['-c:a', codec], { name: '', args: indexed }))).toThrow(message);
  });
});

describe('AAC out of MP4 against the ADTS stream that ffmpeg makes of it', () => {
  it.each(containers)('$name', (container) => {
    const mp4 = record(['-c:a', 'aac'], container);
    const adts = ffmpeg(['-i', 'pipe:0', '-c', 'copy', '-f', 'adts', 'pipe:1'], mp4);
    const frames: Uint8Array[] = [];
    for (let at = 0; at < adts.length; ) {
      const length = (((adts[at + 3] ?? 0) & 3) << 11) | ((adts[at + 4] ?? 0) << 3) | ((adts[at + 5] ?? 0) >> 5);
      frames.push(adts.subarray(at + 7, at + length));
      at += length;
    }
    const ours = packetsOf(cut(mp4)).map(({ bytes }) => bytes);
    expect(ours).toHaveLength(frames.length);
    expect(Buffer.compare(Buffer.concat(ours), Buffer.concat(frames))).toBe(0);
  });
});

/** The mono mix at 48 kHz, without priming and padding. */
async function decodeOpus(items: readonly TrackItem[]): Promise<Int16Array> {
  const [track] = items;
  if (track?.kind !== 'track' || track.format.codec !== 'opus') throw new Error('No Opus track has begun.');
  const codec = await OpusCodec.open({ ...track.format.head, engineRate: 48_000 });
  const samples: number[] = [];
  for (const { bytes, discardMs = 0 } of packetsOf(items)) {
    const sound = codec.decode(bytes);
    if (!sound) throw new Error('A packet is damaged.');
    const heard = sound.subarray(0, sound.length - Math.round(discardMs * 48));
    for (const value of heard) samples.push(Math.max(-1, Math.min(1, value)) * 32_767);
  }
  codec.free();
  return Int16Array.from(samples.slice(Math.round(skipOf(items) * 48)));
}

describe("Opus out of MP4 against ffmpeg's decode through libopus", () => {
  const decodeByFfmpeg = (args: readonly string[], input: Uint8Array): Int16Array =>
    samplesOf(
      ffmpeg(['-c:a', 'libopus', ...args, '-i', 'pipe:0', '-ac', '1', '-ar', '48000', '-f', 's16le', 'pipe:1'], input),
    );

  const opus = cases.filter(({ codec }) => codec.startsWith('libopus'));
  it.each(opus)('$codec in $name', async ({ args, container }) => {
    const mp4 = record(args, container);
    const ours = await decodeOpus(cut(mp4));
    const reference = decodeByFfmpeg([], mp4);
    const { lag, correlation } = compare(ours, reference);
    expect(lag).toBe(0);
    expect(correlation).toBeGreaterThan(0.999);
    // ffmpeg takes the padding of fragments for sound too: less than a packet of 20 ms.
    expect(Math.abs(ours.length - reference.length)).toBeLessThan(960);
  });

  it.each([16_000, 48_000])(
    'hears what was spoken, neither late nor longer, where ticks are counted at %i Hz',
    async (rate) => {
      const args = ['-c:a', 'libopus', '-ar', String(rate), '-b:a', '96k'];
      const ours = await decodeOpus(cut(record(args, { name: '', args: indexed })));
      const spoken = samplesOf(ffmpeg(['-i', 'pipe:0', '-ar', '48000', '-f', 's16le', 'pipe:1'], speech));
      const { lag, correlation } = compare(ours, spoken, 400);
      expect(Math.abs(lag)).toBeLessThanOrEqual(1);
      expect(correlation).toBeGreaterThan(0.99);
      // What the index counts is rounded to its ticks.
      expect(Math.abs(ours.length - spoken.length)).toBeLessThanOrEqual(3);
    },
  );
});

describe('Opus in CAF, in the form of Apple, against what ffprobe sees in it', () => {
  it('has the same packets', () => {
    const packets = packetsOf(cut(record(['-c:a', 'libopus', '-ar', '48000'], { name: '', args: indexed })));
    const list = packets.map(({ bytes }) => bytes);
    const caf = opusFile(list);
    const ours = packetsOf(demuxed(new CafDemuxer(), cutAnywhere(seeded(1), caf))).map(({ bytes }) => bytes);
    expect(ours.map(({ length }) => length)).toEqual(probed(caf).map(({ size }) => size));
    expect(Buffer.compare(Buffer.concat(ours), Buffer.concat(list))).toBe(0);
  });

  it('refuses what ffmpeg writes, with the table behind the audio', () => {
    const caf = record(['-c:a', 'libopus'], { name: '', args: [] }, 'caf');
    expect(() => demuxed(new CafDemuxer(), [caf])).toThrow('table of packets (pakt) after its audio');
  });
});

describe('PCM out of MP4 and CAF against the samples that ffmpeg makes of it', () => {
  const types = [
    { codec: 'pcm_s16le', type: 's16le' },
    { codec: 'pcm_s16be', type: 's16be' },
    { codec: 'pcm_s24le', type: 's24le' },
    { codec: 'pcm_s32be', type: 's32be' },
    { codec: 'pcm_f32le', type: 'f32le' },
    { codec: 'pcm_f64be', type: 'f64be' },
    { codec: 'pcm_u8', type: 'u8' },
    { codec: 'pcm_s8', type: 's8' },
    { codec: 'pcm_mulaw', type: 'mulaw' },
    { codec: 'pcm_alaw', type: 'alaw' },
  ];
  const expectSamples = (items: readonly TrackItem[], codec: string, type: string, channels: number, rate: number) => {
    expect(items[0]).toMatchObject({ format: { codec: 'pcm', format: { type, channels, sampleRate: rate } } });
    const reference = ffmpeg(
      ['-i', 'pipe:0', '-ac', String(channels), '-ar', String(rate), '-c:a', codec, '-f', type, 'pipe:1'],
      speech,
    );
    const ours = Buffer.concat(packetsOf(items).map(({ bytes }) => bytes));
    expect(ours.length).toBe(reference.length);
    expect(Buffer.compare(ours, reference)).toBe(0);
  };

  const layouts = [
    { channels: 1, rate: 16_000, args: indexed },
    { channels: 2, rate: 96_000, args: indexed },
    { channels: 2, rate: 16_000, args: recorded },
  ];
  const inTurn = layouts.flatMap((layout, turn) =>
    types.filter((_, i) => i % layouts.length === turn).map((type) => ({ ...type, ...layout })),
  );
  it.each(inTurn)(
    '$codec in QuickTime, $channels channels at $rate Hz, $args',
    ({ codec, type, channels, rate, args }) => {
      const asked = ['-c:a', codec, '-ac', String(channels), '-ar', String(rate)];
      expectSamples(cut(record(asked, { name: '', args }, 'mov')), codec, type, channels, rate);
    },
  );

  const inCaf = types.filter(({ type }) => type !== 'u8');
  it.each(inCaf.map((type, i) => ({ ...type, toPipe: i % 2 === 0 })))(
    '$codec in CAF, to a pipe: $toPipe',
    ({ codec, type, toPipe }) => {
      const caf = record(['-c:a', codec, '-ac', '2'], { name: '', args: [], toPipe }, 'caf');
      const items = demuxed(new CafDemuxer(), cutAnywhere(seeded(caf.length), caf));
      expectSamples(items, codec, type, 2, 16_000);
    },
  );
});
