import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { wavFile } from '@live-transcribe/audio';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WireServer } from './support/wire-server.ts';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../../../examples/node-file/index.mjs', import.meta.url));

/** The example as a person starts it: with the packages as they were built. */
async function transcribe(...given: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    return { code: 0, ...(await run(process.execPath, [script, ...given], { timeout: 20_000 })) };
  } catch (error) {
    const { code, stdout, stderr } = { code: -1, stdout: '', stderr: String(error), ...Object(error) };
    return { code, stdout, stderr };
  }
}

describe('the example node-file', () => {
  let folder: string;
  let server: WireServer;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'live-transcribe-example-'));
    await writeFile(join(folder, 'speech.wav'), wavFile(new Int16Array(1_000), 8_000));
  });
  afterAll(() => rm(folder, { recursive: true }));
  beforeEach(async () => {
    server = await new WireServer().listen();
  });
  afterEach(() => server.stop());

  it('prints what is said in a file', async () => {
    const { code, stdout, stderr } = await transcribe(join(folder, 'speech.wav'), server.url);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe('    0.00  0-1\n    1.00  1-2\n    2.00  2-3\n');
    expect(Buffer.concat(server.session.audio)).toHaveLength(2_044);
  });

  it('says what is wrong', async () => {
    expect(await transcribe()).toMatchObject({ code: 2, stderr: 'Which file?\n' });
    const nobody = await transcribe(join(folder, 'speech.wav'), 'http://127.0.0.1:9/');
    expect(nobody).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('(connection_refused)') });
    server.behaviour = { refuse: () => ({ code: 'unsupported_audio', close: 1008 }) };
    const refused = await transcribe(join(folder, 'speech.wav'), server.url);
    expect(refused).toMatchObject({ code: 1, stderr: 'It says no. (unsupported_audio)\n' });
  });
});
