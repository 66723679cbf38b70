import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type TinyModel, tinyModel } from '@live-transcribe/testkit';
import type { Decoding } from '../src/index.ts';

const script = fileURLToPath(new URL('direct.cjs', import.meta.url));

export interface DirectUtterance {
  readonly text: string;
  /** Of its first token, in s since the first sample. */
  readonly start: number;
}

/** What the library makes of samples at 16 kHz by itself, with a streaming model. */
export async function calledDirectly(
  name: TinyModel,
  decoding: Decoding,
  samples: Int16Array,
): Promise<DirectUtterance[]> {
  const folder = await mkdtemp(join(tmpdir(), 'live-transcribe-direct-'));
  try {
    const file = join(folder, 'speech.pcm');
    await writeFile(file, new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
    const { stdout } = await promisify(execFile)(process.execPath, [script, tinyModel(name), file, decoding]);
    return JSON.parse(stdout);
  } finally {
    await rm(folder, { recursive: true });
  }
}
