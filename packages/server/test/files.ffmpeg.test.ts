import { ffmpegToFile, rulerAudio, wavBytes } from '@live-transcribe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway, testRate } from './test-gateway.ts';

const length = 60_000;

describe('a file that its recorder has closed', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway();
  });
  afterAll(() => gateway.close());

  it.each([
    ['FLAC', ['-c:a', 'flac'], 'flac'],
    ['FLAC in MP4, the index at the end', ['-c:a', 'flac', '-strict', '-2'], 'mp4'],
    ['PCM in QuickTime, the index at the end', ['-c:a', 'pcm_s16le'], 'mov'],
    ['PCM in Matroska', ['-c:a', 'pcm_s16le'], 'mka'],
  ])('is heard to the last sample: %s', async (_, args, extension) => {
    const file = ffmpegToFile(['-i', 'pipe:0', ...args], extension, wavBytes(rulerAudio(0, length), testRate));
    const form = new FormData();
    form.set('file', new Blob([new Uint8Array(file)]), `speech.${extension}`);
    const response = await fetch(`http://127.0.0.1:${gateway.port}/v1/audio/transcriptions`, {
      method: 'POST',
      body: form,
    });
    const { text } = await response.json();
    const ends = (text as string).split(' ').map((stretch) => stretch.split('-').map(Number));
    expect(ends.every(([from], index) => from === (ends[index - 1]?.[1] ?? -1) + 1)).toBe(true);
    expect(ends.at(-1)?.[1]).toBe(length - 1);
  });
});
