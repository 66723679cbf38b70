import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What ffmpeg writes to its output for this input. */
export const ffmpeg = (args: readonly string[], input: Uint8Array): Uint8Array =>
  execFileSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', ...args], {
    input,
    maxBuffer: 2 ** 28,
    timeout: 50_000,
  });

/** A folder that is gone after `use`. */
function withFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'audio-test-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** As `ffmpeg`, but into a file, in which it can go back to fill in sizes. */
export const ffmpegToFile = (args: readonly string[], extension: string, input: Uint8Array): Uint8Array =>
  withFolder((folder) => {
    const path = join(folder, `out.${extension}`);
    ffmpeg([...args, path], input);
    return readFileSync(path);
  });

/** Spoken words, WAV, 16 kHz mono. */
export const speak = (words: string): Uint8Array =>
  withFolder((folder) => {
    const path = join(folder, 'speech.wav');
    execFileSync('flite', ['-voice', 'slt', '-t', words, '-o', path], { timeout: 50_000 });
    return readFileSync(path);
  });

export const samplesOf = (bytes: Uint8Array): Int16Array => new Int16Array(bytes.slice().buffer);
