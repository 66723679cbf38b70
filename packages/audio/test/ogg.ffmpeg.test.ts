import { seeded } from '@live-transcribe/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { openFlac } from '../src/flac/codec.ts';
import { FlacDemuxer } from '../src/flac/demuxer.ts';
import { OggDemuxer } from '../src/ogg/demuxer.ts';
import { OpusCodec } from '../src/opus/codec.ts';
import { toInt16 } from '../src/samples.ts';
import type { Codec, Demuxer, TrackFormat, TrackItem } from '../src/track.ts';
import { openVorbis } from '../src/vorbis/codec.ts';
import { ffmpeg, ffmpegToFile, speak } from './ffmpeg.ts';
import { cutAnywhere } from './random.ts';
import { compare } from './signals.ts';

let speech: Uint8Array;
beforeAll(() => {
  speech = speak('She sells sea shells by the sea shore, and the shells she sells are surely sea shells.');
});

type Kind = 'flac' | 'ogg_flac' | 'ogg_vorbis' | 'ogg_opus';

interface Recording {
  readonly rate: number;
  readonly channels: number;
  readonly bits?: 16 | 24;
}

/** The channels differ, so that an average is not one of them. */
const layout = (channels: number): string =>
  ({
    1: 'anull',
    2: 'pan=stereo|c0=0.9*c0|c1=0.5*c0,adelay=0|3',
    6: 'pan=5.1|c0=0.9*c0|c1=0.7*c0|c2=c0|c3=0.1*c0|c4=0.3*c0|c5=-0.4*c0,adelay=0|3|5|7|11|13',
  })[channels] ?? '';

const source = ({ rate, channels, bits = 16 }: Recording): Uint8Array =>
  ffmpeg(
    ['-i', 'pipe:0', '-af', `aresample=${rate},${layout(channels)}`, '-c:a', `pcm_s${bits}le`, '-f', 'wav', 'pipe:1'],
    speech,
  );

const encoders: Record<Kind, readonly string[]> = {
  flac: ['-c:a', 'flac', '-f', 'flac'],
  ogg_flac: ['-c:a', 'flac', '-f', 'ogg'],
  ogg_vorbis: ['-c:a', 'libvorbis', '-f', 'ogg'],
  ogg_opus: ['-c:a', 'libopus', '-f', 'ogg'],
};

const encode = (wav: Uint8Array, kind: Kind): Uint8Array => ffmpeg(['-i', 'pipe:0', ...encoders[kind], 'pipe:1'], wav);

/** The average of the channels of what ffmpeg makes of these bytes, full scale at 1. */
function monoByFfmpeg(bytes: Uint8Array, channels: number, decoder: readonly string[] = []): Float32Array {
  const raw = ffmpeg([...decoder, '-i', 'pipe:0', '-f', 'f64le', 'pipe:1'], bytes);
  const samples = new Float64Array(raw.slice().buffer);
  const at = (frame: number) => samples.subarray(frame * channels, (frame + 1) * channels);
  return Float32Array.from(
    { length: samples.length / channels },
    (_, frame) => at(frame).reduce((sum, sample) => sum + sample, 0) / channels,
  );
}

function demux(demuxer: Demuxer, pieces: readonly Uint8Array[]): TrackItem[] {
  const items: TrackItem[] = [];
  const keep = (item: TrackItem) => items.push(item.kind === 'packet' ? { ...item, bytes: item.bytes.slice() } : item);
  for (const piece of pieces) for (const item of demuxer.read(piece)) keep(item);
  for (const item of demuxer.end?.() ?? []) keep(item);
  return items;
}

async function openDecoder(format: TrackFormat): Promise<Codec> {
  if (format.codec === 'flac') return openFlac(format.streamInfo);
  if (format.codec === 'vorbis') return openVorbis(format.headers);
  if (format.codec === 'opus') return OpusCodec.open({ ...format.head, engineRate: 48_000 });
  throw new Error(`${format.codec} is not to be found in Ogg.`);
}

/** Everything decoded, without the padding at both ends. Checks that packets follow each other in time. */
async function decode(demuxer: Demuxer, pieces: readonly Uint8Array[]): Promise<Float32Array> {
  const [first, ...items] = demux(demuxer, pieces);
  if (first?.kind !== 'track') throw new Error('There is no track.');
  const decoder = await openDecoder(first.format);
  const heard: number[] = [];
  let position = 0;
  for (const item of items) {
    if (item.kind !== 'packet') throw new Error('A sound stream has one track and no damage.');
    expect(item.atMs).toBeCloseTo((position * 1_000) / decoder.sampleRate, 6);
    position += decoder.statedSamples(item.bytes);
    const samples = decoder.decode(item.bytes) ?? new Int16Array(0);
    const scale = samples instanceof Int16Array ? 32_768 : 1;
    const padding = Math.round(((item.discardMs ?? 0) * decoder.sampleRate) / 1_000);
    for (const sample of samples.subarray(0, samples.length - padding)) heard.push(sample / scale);
  }
  decoder.free();
  return Float32Array.from(first.format.codec === 'opus' ? heard.slice(first.format.head.preSkip) : heard);
}

const demuxerOf = (kind: Kind): Demuxer => (kind === 'flac' ? new FlacDemuxer() : new OggDemuxer());

const lossless: readonly Recording[] = [
  { rate: 8_000, channels: 1, bits: 16 },
  { rate: 16_000, channels: 1, bits: 16 },
  { rate: 44_100, channels: 2, bits: 16 },
  { rate: 48_000, channels: 6, bits: 16 },
  { rate: 48_000, channels: 1, bits: 24 },
  { rate: 96_000, channels: 2, bits: 24 },
];

const sameBytes = (a: Float32Array, b: Float32Array): number =>
  Buffer.compare(Buffer.from(a.buffer), Buffer.from(b.buffer));

describe('FLAC made by ffmpeg is its source, sample by sample', () => {
  it.each(lossless.flatMap((recording) => (['flac', 'ogg_flac'] as const).map((kind) => ({ kind, ...recording }))))(
    '$kind at $rate Hz, $channels channels, $bits bits',
    async ({ kind, ...recording }) => {
      const wav = source(recording);
      const bytes = encode(wav, kind);
      const reference = monoByFfmpeg(wav, recording.channels);
      const ours = await decode(demuxerOf(kind), cutAnywhere(seeded(recording.rate), bytes));
      expect(ours.length).toBe(reference.length);
      // Element by element a test runner takes seconds for this.
      expect(sameBytes(ours, reference)).toBe(0);
    },
  );

  it('with the longest predictions and the smallest blocks', async () => {
    const wav = source({ rate: 16_000, channels: 2 });
    for (const options of [
      ['-compression_level', '12', '-lpc_type', 'cholesky'],
      ['-frame_size', '192'],
      ['-ch_mode', 'mid_side'],
    ]) {
      const bytes = ffmpeg(['-i', 'pipe:0', '-c:a', 'flac', ...options, '-f', 'flac', 'pipe:1'], wav);
      expect(sameBytes(await decode(new FlacDemuxer(), [bytes]), monoByFfmpeg(wav, 2))).toBe(0);
    }
  });

  it('from a file too, whose header is complete', async () => {
    const wav = source({ rate: 16_000, channels: 1 });
    const bytes = ffmpegToFile(['-i', 'pipe:0', '-c:a', 'flac'], 'flac', wav);
    expect(sameBytes(await decode(new FlacDemuxer(), [bytes]), monoByFfmpeg(wav, 1))).toBe(0);
  });
});

const lossy: readonly Recording[] = [
  { rate: 16_000, channels: 1 },
  { rate: 44_100, channels: 2 },
  { rate: 48_000, channels: 6 },
];

describe('Vorbis made by ffmpeg against libvorbis', () => {
  it.each(lossy)('at $rate Hz, $channels channels', async (recording) => {
    const bytes = encode(source(recording), 'ogg_vorbis');
    const ours = await decode(new OggDemuxer(), cutAnywhere(seeded(1), bytes));
    const reference = monoByFfmpeg(bytes, recording.channels, ['-c:a', 'libvorbis']);
    const { lag, correlation, snr } = compare(toInt16(ours), toInt16(reference), 4);
    expect({ lag, length: ours.length }).toEqual({ lag: 0, length: reference.length });
    expect(correlation).toBeGreaterThan(0.99999);
    expect(snr).toBeGreaterThan(60);
  });
});

describe('Opus in Ogg made by ffmpeg against libopus', () => {
  it.each([{ channels: 1 }, { channels: 2 }, { channels: 6 }])('$channels channels', async ({ channels }) => {
    const bytes = encode(source({ rate: 48_000, channels }), 'ogg_opus');
    const ours = await decode(new OggDemuxer(), cutAnywhere(seeded(2), bytes));
    const reference = monoByFfmpeg(bytes, channels, ['-c:a', 'libopus']);
    const { lag, correlation, snr } = compare(toInt16(ours), toInt16(reference), 4);
    expect({ lag, length: ours.length }).toEqual({ lag: 0, length: reference.length });
    expect(correlation).toBeGreaterThan(0.9999);
    expect(snr).toBeGreaterThan(50);
  });

  it('comes out as its pages come in, of which each may hold a second', () => {
    const bytes = encode(source({ rate: 48_000, channels: 1 }), 'ogg_opus');
    const demuxer = new OggDemuxer();
    let behind = 0;
    let unsent = 0;
    for (let at = 0; at < bytes.length; at += 40) {
      unsent += 40;
      for (const item of demuxer.read(bytes.subarray(at, at + 40))) if (item.kind === 'packet') unsent = 0;
      if (at < 0.75 * bytes.length) behind = Math.max(behind, unsent);
    }
    // The headers of the file are longer than any packet, and than any page's header.
    expect(behind).toBeLessThan(1_000);
  });

  it('keeps its time through lost bytes', () => {
    const bytes = encode(source({ rate: 48_000, channels: 1 }), 'ogg_opus');
    const sound = demux(new OggDemuxer(), [bytes]);
    const third = Math.floor(bytes.length / 3);
    const cut = demux(new OggDemuxer(), [bytes.subarray(0, third), bytes.subarray(third + 5_000)]);
    expect(cut.filter(({ kind }) => kind === 'damage').length).toBe(1);
    const lastOf = (items: readonly TrackItem[]) => items.filter((item) => item.kind === 'packet').at(-1)?.atMs;
    expect(lastOf(cut)).toBe(lastOf(sound));
  });
});
