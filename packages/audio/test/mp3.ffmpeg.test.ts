import { seeded } from '@live-transcribe/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { openMp3 } from '../src/mp3/codec.ts';
import { Mp3Demuxer } from '../src/mp3/demuxer.ts';
import { findMp3, matchMp3 } from '../src/mp3/match.ts';
import { toInt16 } from '../src/samples.ts';
import { ffmpeg, ffmpegToFile, samplesOf, speak } from './ffmpeg.ts';
import { cutAnywhere } from './random.ts';
import { bytesOf, compare, concat } from './signals.ts';

let speech: Uint8Array;
beforeAll(() => {
  speech = speak('She sells sea shells by the sea shore, and the shells she sells are surely sea shells.');
});

const samples = (ms: number | undefined, rate: number): number => Math.round(((ms ?? 0) * rate) / 1_000);

/** The sound without what is to be skipped and discarded. */
async function decode(pieces: readonly Uint8Array[]): Promise<Int16Array> {
  const demuxer = new Mp3Demuxer();
  const codec = await openMp3();
  const parts: Int16Array[] = [];
  let skip = 0;
  const take = (items: ReturnType<Mp3Demuxer['read']>) => {
    for (const item of items) {
      if (item.kind === 'damage') throw new Error(item.message);
      if (item.kind === 'track') skip = item.skipMs ?? 0;
      if (item.kind !== 'packet') continue;
      const decoded = codec.decode(item.bytes);
      if (!(decoded instanceof Float32Array)) throw new Error('A frame was damaged.');
      const from = Math.min(samples(skip, codec.sampleRate), decoded.length);
      skip -= (from * 1_000) / codec.sampleRate;
      parts.push(toInt16(decoded.slice(from, decoded.length - samples(item.discardMs, codec.sampleRate))));
    }
  };
  for (const piece of pieces) take(demuxer.read(piece));
  take(demuxer.end());
  codec.free();
  return concat(parts);
}

const stereo = 'pan=stereo|c0=0.9*c0|c1=0.5*c0';

interface Recording {
  readonly name: string;
  readonly rate: number;
  readonly channels: 1 | 2;
  readonly args: readonly string[];
}

const recordings: readonly Recording[] = [
  { name: 'MPEG-1, 64 kbit/s', rate: 44_100, channels: 2, args: ['-b:a', '64k'] },
  { name: 'MPEG-1, joint stereo, variable', rate: 48_000, channels: 2, args: ['-q:a', '4', '-joint_stereo', '1'] },
  { name: 'MPEG-1, mono, 32 kbit/s', rate: 32_000, channels: 1, args: ['-b:a', '32k'] },
  { name: 'MPEG-2, mono, variable', rate: 16_000, channels: 1, args: ['-q:a', '2'] },
  { name: 'MPEG-2, 48 kbit/s', rate: 22_050, channels: 2, args: ['-b:a', '48k'] },
  { name: 'MPEG-2.5, 8 kbit/s', rate: 8_000, channels: 1, args: ['-b:a', '8k'] },
];

const filter = ({ rate, channels }: Recording): readonly string[] => [
  ...['-i', 'pipe:0', '-af', `aresample=${rate}${channels === 2 ? `,${stereo}` : ''}`],
];

const encode = (recording: Recording): readonly string[] => [
  ...filter(recording),
  ...['-c:a', 'libmp3lame'],
  ...recording.args,
];

const decodeByFfmpeg = (bytes: Uint8Array, channels: number): Int16Array => {
  const mix = channels === 2 ? 'pan=mono|c0=0.5*c0+0.5*c1' : 'anull';
  return samplesOf(ffmpeg(['-f', 'mp3', '-i', 'pipe:0', '-af', mix, '-f', 's16le', 'pipe:1'], bytes));
};

describe("MP3 made by LAME against ffmpeg's decode", () => {
  it.each(recordings)(
    '$name, $rate Hz, $channels channels: a file, of exactly the length of what was encoded',
    async (recording) => {
      const bytes = ffmpegToFile(encode(recording), 'mp3', speech);
      expect(matchMp3(bytes)).toBe('yes');
      expect(findMp3(bytes.subarray(500))).toBe(true);
      const ours = await decode([bytes]);
      const cut = await decode(cutAnywhere(seeded(recording.rate), bytes));
      expect(Buffer.compare(bytesOf(cut), bytesOf(ours))).toBe(0);
      const reference = decodeByFfmpeg(bytes, recording.channels);
      const { lag, correlation, snr } = compare(ours, reference, 4);
      expect(lag).toBe(0);
      expect(correlation).toBeGreaterThan(0.999);
      expect(snr).toBeGreaterThan(60);
      // From a pipe ffmpeg itself leaves the padding at the end.
      const original = samplesOf(ffmpeg([...filter(recording), '-f', 's16le', 'pipe:1'], speech));
      expect(ours.length).toBe(original.length / recording.channels);
    },
  );

  it('a stream without a frame that describes it', async () => {
    const [recording] = recordings;
    if (!recording) throw new Error('No recording.');
    const bytes = ffmpeg([...encode(recording), '-f', 'mp3', '-write_xing', '0', 'pipe:1'], speech);
    const ours = await decode([bytes]);
    const reference = decodeByFfmpeg(bytes, 2);
    expect(compare(ours, reference, 4)).toMatchObject({ lag: 0 });
    expect(compare(ours, reference, 4).correlation).toBeGreaterThan(0.999);
    expect(ours.length).toBe(reference.length);
  });
});
