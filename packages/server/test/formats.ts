import { ffmpeg, ffmpegFromFile, ffmpegToFile } from '@live-transcribe/testkit';

/** One way in which a client may send its audio, as ffmpeg makes it. */
export interface Format {
  readonly name: string;
  /** Codec and container, as arguments. */
  readonly args: readonly string[];
  /** Of the file, where the container has to be written with sizes that are known only at its end. */
  readonly extension?: string;
  /** The rate that comes out of the decoder whatever went in, Hz. */
  readonly decodedAt?: number;
  /** ffmpeg's decoder to compare with, where it has several. */
  readonly decoder?: string;
  readonly lossless: boolean;
  readonly rates: readonly number[];
  readonly channels: readonly number[];
  /** The start message's members for a format that no bytes give away. */
  readonly declare?: (rate: number, channels: number) => object;
  /** What ffmpeg has to be told of raw bytes. */
  readonly readAs?: string;
}

const allRates = [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000];
const allChannels = [1, 2, 6, 8];

const pcm = (name: string, codec: string, container: string, more: Partial<Format> = {}): Format => ({
  name,
  args: ['-c:a', codec, '-f', container],
  lossless: true,
  rates: allRates,
  channels: allChannels,
  ...more,
});

const raw = (encoding: string, codec: string, more: Partial<Format> = {}): Format =>
  pcm(`raw ${encoding}`, `pcm_${codec}`, codec, {
    readAs: codec,
    declare: (sample_rate, channels) => ({ encoding, sample_rate, channels }),
    ...more,
  });

const g711 = { rates: [8_000, 16_000], channels: [1, 2] };
const opus = (name: string, ...args: readonly string[]): Format => ({
  name,
  args: ['-c:a', 'libopus', '-b:a', '64k', ...args],
  decoder: 'libopus',
  decodedAt: 48_000,
  lossless: false,
  rates: [8_000, 16_000, 24_000, 48_000],
  channels: [1, 2, 6, 8],
});
const vorbis = (name: string, ...args: readonly string[]): Format => ({
  name,
  args: ['-c:a', 'libvorbis', '-q:a', '5', ...args],
  lossless: false,
  rates: [8_000, 16_000, 44_100, 48_000, 96_000],
  channels: [1, 2, 6],
});
const aac = (name: string, ...args: readonly string[]): Format => ({
  name,
  args: ['-c:a', 'aac', '-b:a', '96k', ...args],
  lossless: false,
  rates: [8_000, 16_000, 44_100, 48_000],
  channels: [1, 2, 6],
});
const mp3 = (name: string, ...args: readonly string[]): Format => ({
  name,
  args: ['-c:a', 'libmp3lame', '-b:a', '64k', ...args],
  lossless: false,
  rates: [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000],
  channels: [1, 2],
});
const flac = (name: string, more: Partial<Format>, ...args: readonly string[]): Format => ({
  name,
  args: ['-c:a', 'flac', ...args],
  lossless: true,
  rates: allRates,
  channels: allChannels,
  ...more,
});

const fragmented = ['-movflags', 'frag_keyframe+empty_moov+default_base_moof', '-frag_duration', '250000', '-f', 'mp4'];
const liveWebm = ['-live', '1', '-cluster_time_limit', '250', '-f'];

export const formats: readonly Format[] = [
  raw('pcm16', 's16le'),
  raw('pcm16be', 's16be'),
  raw('pcm_f32', 'f32le'),
  raw('mulaw', 'mulaw', g711),
  raw('alaw', 'alaw', g711),
  pcm('WAV, 8 bits', 'pcm_u8', 'wav'),
  pcm('WAV, 16 bits', 'pcm_s16le', 'wav'),
  pcm('WAV, 24 bits', 'pcm_s24le', 'wav'),
  pcm('WAV, 32 bits', 'pcm_s32le', 'wav'),
  pcm('WAV, float', 'pcm_f32le', 'wav'),
  pcm('WAV, double', 'pcm_f64le', 'wav', { rates: [16_000, 48_000] }),
  pcm('WAV, mu-law', 'pcm_mulaw', 'wav', g711),
  pcm('WAV, A-law', 'pcm_alaw', 'wav', g711),
  pcm('WAV file', 'pcm_s16le', 'wav', { extension: 'wav', rates: [16_000, 44_100] }),
  pcm('RF64', 'pcm_s16le', 'wav', { args: ['-c:a', 'pcm_s16le', '-rf64', 'always', '-f', 'wav'], extension: 'wav' }),
  pcm('CAF, 16 bits', 'pcm_s16le', 'caf', { extension: 'caf' }),
  pcm('CAF, 24 bits big-endian', 'pcm_s24be', 'caf', { extension: 'caf', rates: [16_000, 48_000] }),
  pcm('CAF, float', 'pcm_f32le', 'caf', { extension: 'caf', rates: [16_000, 48_000] }),
  pcm('CAF, mu-law', 'pcm_mulaw', 'caf', { extension: 'caf', ...g711 }),
  pcm('Matroska, 16 bits', 'pcm_s16le', 'matroska'),
  pcm('Matroska, 24 bits', 'pcm_s24le', 'matroska', { rates: [16_000, 48_000] }),
  pcm('Matroska, float', 'pcm_f32le', 'matroska', { rates: [16_000, 48_000] }),
  pcm('QuickTime, 16 bits', 'pcm_s16le', 'mov', {
    args: ['-c:a', 'pcm_s16le', ...fragmented.slice(0, -1), 'mov'],
    rates: [16_000, 48_000],
    channels: [1, 2],
  }),
  flac('FLAC', {}, '-f', 'flac'),
  flac('FLAC, 24 bits', { rates: [16_000, 48_000] }, '-sample_fmt', 's32', '-f', 'flac'),
  flac('FLAC file', { extension: 'flac', rates: [16_000, 44_100] }),
  flac('Ogg/FLAC', {}, '-f', 'ogg'),
  flac('Matroska/FLAC', { rates: [16_000, 48_000] }, '-f', 'matroska'),
  flac('MP4/FLAC', { rates: [16_000, 48_000], channels: [1, 2] }, '-strict', '-2', ...fragmented),
  opus('WebM/Opus', ...liveWebm, 'webm'),
  { ...opus('WebM/Opus file', '-f', 'webm'), extension: 'webm' },
  opus('Matroska/Opus, 60 ms packets', '-frame_duration', '60', ...liveWebm, 'matroska'),
  opus('Ogg/Opus', '-f', 'ogg'),
  opus('Ogg/Opus, pages of 100 ms', '-page_duration', '100000', '-f', 'ogg'),
  opus('MP4/Opus', ...fragmented),
  vorbis('WebM/Vorbis', ...liveWebm, 'webm'),
  vorbis('Ogg/Vorbis', '-f', 'ogg'),
  aac('MP4/AAC, fragmented', ...fragmented),
  { ...aac('M4A/AAC, faststart', '-movflags', '+faststart', '-f', 'ipod'), extension: 'm4a' },
  aac('Matroska/AAC', '-f', 'matroska'),
  aac('ADTS', '-f', 'adts'),
  mp3('MP3', '-f', 'mp3'),
  mp3('MP3 without tags', '-write_xing', '0', '-id3v2_version', '0', '-f', 'mp3'),
  { ...mp3('MP3 file', '-f', 'mp3'), extension: 'mp3' },
  mp3('Matroska/MP3', '-f', 'matroska'),
];

const layouts: Readonly<Record<number, string>> = { 1: 'mono', 2: 'stereo', 6: '5.1', 8: '7.1' };

/** The same words in each channel, one a little softer than the one before. */
function channelsOf(channels: number): string {
  const gains = Array.from({ length: channels }, (_, channel) => `c${channel}=${(0.9 - 0.08 * channel).toFixed(2)}*c0`);
  return `pan=${layouts[channels]}|${gains.join('|')}`;
}

/** Spoken WAV in this format. */
export function encode({ args, extension }: Format, rate: number, channels: number, spoken: Uint8Array): Buffer {
  const source = ['-i', 'pipe:0', '-af', `aresample=${rate},${channelsOf(channels)}`, ...args];
  return extension ? ffmpegToFile(source, extension, spoken) : ffmpeg([...source, 'pipe:1'], spoken);
}

/** What ffmpeg decodes of it: the average of the channels, in steps of 16 bits, at `rate` Hz. */
export function decodeByFfmpeg(
  { readAs, decoder }: Format,
  rate: number,
  channels: number,
  bytes: Uint8Array,
): Float64Array {
  const rawInput = readAs ? ['-f', readAs, '-ar', String(rate), '-ac', String(channels)] : [];
  const by = decoder ? ['-c:a', decoder] : [];
  const out = ffmpegFromFile([...rawInput, ...by], bytes, ['-f', 'f64le', '-c:a', 'pcm_f64le', 'pipe:1']);
  const frames = Math.floor(out.length / 8 / channels);
  return Float64Array.from({ length: frames }, (_, frame) => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += out.readDoubleLE((frame * channels + channel) * 8);
    return (sum / channels) * 32_768;
  });
}
