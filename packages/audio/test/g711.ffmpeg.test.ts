import { describe, expect, it } from 'vitest';
import { PcmReader } from '../src/pcm/reader.ts';
import { ffmpeg, samplesOf } from './ffmpeg.ts';

describe('G.711', () => {
  it.each(['mulaw', 'alaw'] as const)('every byte of %s is what ffmpeg makes of it', (encoding) => {
    const bytes = Uint8Array.from({ length: 256 }, (_, code) => code);
    const reference = samplesOf(
      ffmpeg(['-f', encoding, '-ar', '8000', '-i', 'pipe:0', '-f', 's16le', 'pipe:1'], bytes),
    );
    expect(reference.length).toBe(256);
    expect(new PcmReader(encoding, 1).read(bytes)).toEqual(reference);
  });
});
