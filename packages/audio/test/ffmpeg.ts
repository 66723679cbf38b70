import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export { ffmpeg, ffmpegToFile } from '@live-transcribe/testkit';

/** Spoken words, WAV, 16 kHz mono. */
export function speak(words: string): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'audio-test-'));
  try {
    const path = join(folder, 'speech.wav');
    execFileSync('flite', ['-voice', 'slt', '-t', words, '-o', path], { timeout: 50_000 });
    return readFileSync(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const samplesOf = (bytes: Uint8Array): Int16Array => new Int16Array(new Uint8Array(bytes).buffer);
