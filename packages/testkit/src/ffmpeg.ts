import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What ffmpeg writes to its output for this input. */
export const ffmpeg = (args: readonly string[], input: Uint8Array): Buffer =>
  execFileSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', ...args], {
    input,
    maxBuffer: 2 ** 28,
    timeout: 50_000,
  });

/** A folder that is gone after `use`. */
function withFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'live-transcribe-ffmpeg-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** As `ffmpeg`, but into a file, in which it can go back to fill in sizes. */
export const ffmpegToFile = (args: readonly string[], extension: string, input: Uint8Array): Buffer =>
  withFolder((folder) => {
    const path = join(folder, `out.${extension}`);
    ffmpeg([...args, path], input);
    return readFileSync(path);
  });

/** As `ffmpeg`, but out of a file: what ends a recording is found only there. `args` are those after the input. */
export const ffmpegFromFile = (before: readonly string[], input: Uint8Array, args: readonly string[]): Buffer =>
  withFolder((folder) => {
    const path = join(folder, 'in');
    writeFileSync(path, input);
    return ffmpeg([...before, '-i', path, ...args], new Uint8Array(0));
  });
