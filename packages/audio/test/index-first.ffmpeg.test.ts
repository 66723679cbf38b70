import { mutate, seeded } from '@live-transcribe/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { AudioError } from '../src/index.ts';
import { Mp4Demuxer } from '../src/mp4/demuxer.ts';
import { indexFirst, type ReadBytes } from '../src/mp4/index-first.ts';
import { ffmpegToFile, speak } from './ffmpeg.ts';
import { demuxed } from './isobmff.ts';

let speech: Uint8Array;
beforeAll(() => {
  speech = speak('The index stands where the recorder has come to its end.');
});

const inMemory =
  (file: Uint8Array): ReadBytes =>
  async (at, count) =>
    file.subarray(at, at + count);

async function reordered(file: Uint8Array): Promise<Uint8Array | undefined> {
  const parts = await indexFirst(inMemory(file), file.length);
  return (
    parts && Buffer.concat(parts.map((part) => (part instanceof Uint8Array ? part : file.subarray(part.from, part.to))))
  );
}

const packets = (file: Uint8Array): string =>
  demuxed(new Mp4Demuxer(), [file])
    .map((item) => (item.kind === 'packet' ? `${Buffer.from(item.bytes).toString('hex')} ${item.atMs}` : item.kind))
    .join('\n');

const record = (args: readonly string[], extension = 'mp4') =>
  ffmpegToFile(['-i', 'pipe:0', '-fflags', '+bitexact', ...args], extension, speech);

describe('an MP4 file whose index stands at its end', () => {
  it.each([
    ['AAC, as phones record', ['-c:a', 'aac'], 'm4a'],
    ['Opus', ['-c:a', 'libopus'], 'mp4'],
    ['FLAC', ['-c:a', 'flac', '-strict', '-2'], 'mp4'],
    ['PCM in QuickTime', ['-c:a', 'pcm_s16le'], 'mov'],
    ['AAC beside a video', ['-f', 'lavfi', '-i', 'testsrc=size=64x64:rate=25', '-shortest', '-c:a', 'aac'], 'mp4'],
  ])('gives the packets of one with the index in front: %s', async (_, args, extension) => {
    const found = await reordered(record(args, extension));
    if (!found) throw new Error('The index was not found.');
    const expected = packets(record([...args, '-movflags', '+faststart'], extension));
    expect(expected.length).toBeGreaterThan(5_000);
    expect(packets(found)).toBe(expected);
  });

  it('leaves all other files as they are', async () => {
    for (const file of [
      record(['-c:a', 'aac', '-movflags', '+faststart']),
      speech,
      new Uint8Array(0),
      speech.slice(0, 7),
    ]) {
      expect(await reordered(file)).toBeUndefined();
    }
  });

  it('ends in bytes, nothing, or an AudioError, whatever the file is', async () => {
    const random = seeded(8);
    const file = record(['-c:a', 'aac']);
    let moved = 0;
    for (let round = 0; round < 3_000; round++) {
      try {
        if (await reordered(mutate(random, file))) moved += 1;
      } catch (error) {
        expect(error).toBeInstanceOf(AudioError);
      }
    }
    expect(moved).toBeGreaterThan(100);
  });
});
