import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { wavFile } from '@live-transcribe/audio';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientErrors } from '../src/index.ts';
import { documentedUrl, sdkDocs, snippets } from './support/snippets.ts';
import { WireServer } from './support/wire-server.ts';

const run = promisify(execFile);

describe('docs/sdk.md', () => {
  it('has every error of the SDK, and what it means', () => {
    const rows = [...sdkDocs.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)].map(([, code, means]) => [code, means]);
    expect(rows.slice(-Object.keys(clientErrors).length)).toEqual(Object.entries(clientErrors));
  });

  it('has no code that no test runs', () => {
    const ran = (['js browser', 'js node', 'jsx react'] as const).flatMap(snippets).length;
    const all = [...sdkDocs.matchAll(/^```(\w.*)$/gm)].filter(([, info]) => info !== 'ts');
    expect(all).toHaveLength(ran);
  });
});

describe('what docs/sdk.md shows for Node', () => {
  let server: WireServer;
  let folder: string;
  beforeEach(async () => {
    server = await new WireServer().listen();
    // Within the package, so that its names are found.
    const dist = fileURLToPath(new URL('../dist/', import.meta.url));
    await mkdir(dist, { recursive: true });
    folder = await mkdtemp(join(dist, 'snippet-'));
    await writeFile(join(folder, 'speech.wav'), wavFile(new Int16Array(1_000), 8_000));
  });
  afterEach(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const [file, call] = snippets('js node');

  async function execute(code = ''): Promise<string> {
    await writeFile(join(folder, 'snippet.mjs'), code.replaceAll(documentedUrl, server.url));
    const { stdout, stderr } = await run(process.execPath, ['snippet.mjs'], { cwd: folder, timeout: 20_000 });
    expect(stderr).toBe('');
    return stdout;
  }

  it('streams a file', async () => {
    expect(await execute(file?.code)).toBe('0 0-1\n1 1-2\n2 2-3\n');
  });

  it('streams a call', async () => {
    expect(await execute(call?.code)).toBe('');
    expect(server.starts).toEqual([
      expect.objectContaining({ language: 'sv', encoding: 'mulaw', sample_rate: 8000, channels: 1 }),
    ]);
    expect(server.actions).toEqual([{ action: 'stop' }]);
  });
});
