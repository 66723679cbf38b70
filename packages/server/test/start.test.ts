import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

const children = new Set<ChildProcess>();
const folders = new Set<string>();
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  children.clear();
  folders.clear();
});

/** Starts the built server in an empty folder, with `.env` if given and nothing else but `environment`. */
function start(environment: Record<string, string>, dotEnv?: string) {
  const cwd = mkdtempSync(join(tmpdir(), 'live-transcribe-'));
  folders.add(cwd);
  if (dotEnv !== undefined) writeFileSync(join(cwd, '.env'), dotEnv);
  const child = spawn(process.execPath, [main], { cwd, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  const lines: string[] = [];
  const output = createInterface({ input: child.stdout });
  const errors = createInterface({ input: child.stderr });
  const exited = once(child, 'close').then(([code]: unknown[]) => code);
  output.on('line', (line) => lines.push(line));
  errors.on('line', (line) => lines.push(line));
  const until = async (part: string): Promise<string> => {
    for await (const [line] of onLines(output)) if (line.includes(part)) return line;
    throw new Error(`The server ended without "${part}": ${lines.join('\n')}`);
  };
  return { child, lines, exited, until };
}

async function* onLines(output: ReturnType<typeof createInterface>): AsyncGenerator<[string]> {
  for await (const line of output) yield [line];
}

const message = (line: string): unknown => JSON.parse(line).msg;

describe('the built server', { timeout: 30_000 }, () => {
  it('says first which engine was chosen and why, then where it listens, and stops on SIGTERM', async () => {
    const { child, lines, exited, until } = start({ PORT: '0', ENGINE: 'openai', OPENAI_API_KEY: 'sk-secret' });
    const listening = await until('listening');
    expect(message(lines[0] ?? '')).toBe('engine openai: ENGINE=openai is set.');
    const [, port] = /http:\/\/localhost:(\d+)\/static\/index\.html/.exec(listening) ?? [];
    const response = await fetch(`http://127.0.0.1:${port}/`);
    expect(await response.json()).toEqual({ status: 'ok', model_name: 'gpt-4o-transcribe' });
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
    expect(lines.join('\n')).not.toContain('sk-secret');
    // Nor anything that is no line of the log, as V8 writes where it does not know a flag that it is given.
    expect(lines.filter((line) => !line.startsWith('{'))).toEqual([]);
  });

  it('reads .env, under the environment, where an empty value counts as not set', async () => {
    const dotEnv = 'PORT=0\nENGINE=openai\nMODEL_NAME="from-file"\nOPENAI_REALTIME_MODEL=from-file\nLOG_LEVEL=\n';
    const { until, lines } = start({ MODEL_NAME: 'from-environment', OPENAI_REALTIME_MODEL: '' }, dotEnv);
    const [, port] = /localhost:(\d+)/.exec(await until('listening')) ?? [];
    const config = await (await fetch(`http://127.0.0.1:${port}/config`)).json();
    const root = await (await fetch(`http://127.0.0.1:${port}/`)).json();
    expect([root, config]).toMatchObject([{ model_name: 'from-environment' }, { model: 'from-file', engine: 'none' }]);
    expect(message(lines[0] ?? '')).toContain('Set it in .env');
  });

  it('does not start on malformed settings, and prints one line for each', async () => {
    const { lines, exited } = start({ PORT: 'eighty', ENGINE: 'whisper', SAMPLE_RATE: '' });
    expect(await exited).toBe(2);
    expect(lines).toEqual([
      'Cannot start: PORT must be a whole number from 0 to 65535, not "eighty".',
      'Cannot start: ENGINE must be one of auto, openai, sherpa, pocketsphinx, not "whisper".',
    ]);
  });

  it('prints a link that lets in when it listens for others and nobody said who may come, and opens on purpose only', async () => {
    const guarded = start({ PORT: '0', HOST: '0.0.0.0', ENGINE: 'openai' });
    const [, port, token] =
      /localhost:(\d+)\/static\/index\.html\?token=([\w-]{32})/.exec(await guarded.until('listening')) ?? [];
    const status = async (query: string) => (await fetch(`http://127.0.0.1:${port}/v1/sessions${query}`)).status;
    expect([await status(''), await status(`?token=${token}`)]).toEqual([401, 200]);
    expect(guarded.lines.filter((line) => line.includes(token ?? 'no token'))).toHaveLength(1);
    const opened = start({ PORT: '0', HOST: '0.0.0.0', ENGINE: 'openai', AUTH: 'none' });
    const [, openPort] = /localhost:(\d+)/.exec(await opened.until('listening')) ?? [];
    expect((await fetch(`http://127.0.0.1:${openPort}/v1/sessions`)).status).toBe(200);
    expect(opened.lines.some((line) => line.includes('"warn"') && line.includes('AUTH=none'))).toBe(true);
  });

  it('says in one line that its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { lines, exited } = start({ PORT: String(port), ENGINE: 'openai' });
    expect(await exited).toBe(1);
    expect(lines.at(-1)).toMatch(/^Cannot start: .*EADDRINUSE/);
    other.close();
    await once(other, 'close');
  });

  it('starts without the Redis that it is told of, and says so once', async () => {
    const { until, lines } = start({ PORT: '0', ENGINE: 'openai', REDIS_URL: 'redis://127.0.0.1:9' });
    await until('listening');
    expect(lines.filter((line) => line.includes('Redis cannot be reached'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('without DATABASE_URL'))).toHaveLength(1);
  });
});
