import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EngineError, type SessionStore } from '@live-transcribe/core';
import { startSimulator } from '@live-transcribe/realtime-simulator';
import { openSqliteStore } from '@live-transcribe/store-sql';
import { RulerEngine, rulerAudio } from '@live-transcribe/testkit';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { chooseEngine, readConfig } from '../src/index.ts';
import { SeldomLog } from '../src/observe/seldom-log.ts';
import { speechLike } from './speech-like.ts';
import { type Mood, SlowStore } from './support/slow-store.ts';
import { startTestGateway, type TestGatewayOptions, testRate } from './test-gateway.ts';
import { type Message, pcm16, WireClient } from './wire-client.ts';

const closing: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A log that is kept line by line. */
function keptLog(level = 'trace') {
  const lines: string[] = [];
  const log = pino({ level, base: null }, { write: (line: string) => void lines.push(line) });
  const find = (message: string): Message[] =>
    lines.map((line): Message => JSON.parse(line)).filter(({ msg }) => String(msg).startsWith(message));
  return { log, lines, find };
}

async function start(options: TestGatewayOptions) {
  const gateway = await startTestGateway(options);
  closing.push(() => gateway.close());
  return gateway;
}

const begin = { action: 'start', encoding: 'pcm16', sample_rate: testRate, language: 'sv' };

async function say(port: number, samples: number): Promise<WireClient> {
  const client = await WireClient.open(port, '/v1/transcriptions');
  client.send(begin);
  for (let at = 0; at < samples; at += 1_600) client.send(pcm16(rulerAudio(at, Math.min(1_600, samples - at))));
  client.send({ action: 'stop' });
  await client.closed;
  return client;
}

describe('what the log says of a session', () => {
  it('is one line at its start and one at its end, with the whole story', async () => {
    const { log, find } = keptLog('info');
    const engine = new RulerEngine({ sampleRate: testRate, faults: [{ loseAfter: 5_000 }] });
    const { port } = await start({ log, engine });
    const client = await say(port, 16_000);
    const [{ session_id: session }] = client.messages as [Message];
    const about = {
      session,
      who: 'anybody',
      protocol: '/v1/transcriptions',
      engine: 'ruler',
      model: 'gateway-model',
      language: 'sv',
    };
    expect(find('session started')).toEqual([
      expect.objectContaining({ ...about, client: expect.stringContaining('127.0.0.1'), resumable: false }),
    ]);
    expect(find('engine connection lost')).toEqual([expect.objectContaining({ session, code: 'engine_lost' })]);
    expect(find('session ended')).toEqual([
      expect.objectContaining({
        ...about,
        client: expect.stringContaining('127.0.0.1'),
        reason: 'stopped',
        audioMs: 1_000,
        formats: ['pcm16'],
        segments: client.all('final').length,
        finals: client.all('final').length,
        failedSegments: 0,
        reconnects: 1,
        gaps: 0,
        returns: 0,
        lastedMs: expect.any(Number),
        finalMs: expect.any(Number),
        peakDb: expect.any(Number),
      }),
    ]);
  });

  it('has what it cost', { timeout: 20_000 }, async () => {
    const { log, find } = keptLog('info');
    const simulator = await startSimulator({ script: () => ({ transcript: 'Good morning.' }) });
    closing.push(() => simulator.close());
    const prices = { OPENAI_PRICES: 'whisper-1=0.6/min' };
    const { port } = await start({ log, engine: openai(simulator.baseUrl, log, prices) });
    const client = await speak(port);
    const { usage } = await client.next('ended');
    const { audio_seconds: audioSeconds, cost } = Object(usage);
    expect(cost).toBeGreaterThan(0);
    expect(find('session ended')).toEqual([expect.objectContaining({ usage: { audioSeconds, cost } })]);
  });

  it('warns of what the operator should look after, and not of what clients do', async () => {
    const { log, find } = keptLog('info');
    const broken = new RulerEngine({ sampleRate: testRate, faults: Array.from({ length: 50 }, () => ({ openError })) });
    const { port } = await start({ log, engine: broken });
    await say(port, 1_600);
    expect(find('session ended')).toEqual([expect.objectContaining({ level: 40, reason: 'engine_auth' })]);
    const other = await WireClient.open(port, '/v1/transcriptions');
    other.send('nonsense');
    await other.closed;
    expect(find('connection refused')).toEqual([expect.objectContaining({ level: 30, code: 'bad_message' })]);
  });

  it('tells once that the store is away, however many sessions find out, and once that it is back', async () => {
    const { log, find } = keptLog('info');
    const mood: Mood = { refuses: 'store_unavailable' };
    const inner = await openSqliteStore({ file: ':memory:' });
    const { port } = await start({ log, openStore: async (): Promise<SessionStore> => new SlowStore(inner, mood) });
    await Promise.all([say(port, 1_600), say(port, 1_600), say(port, 1_600)]);
    expect(find('the store of transcripts is away')).toEqual([expect.objectContaining({ level: 50 })]);
    mood.refuses = undefined;
    await expect.poll(() => find('the store of transcripts is back').length, { timeout: 20_000 }).toBe(1);
  });
});

describe('what happens to many at once', () => {
  it('is told once, with the reason in the engine’s own words: an engine that cannot be reached', async () => {
    const { log, find } = keptLog('info');
    const away = new EngineError('engine_unreachable', 'It is away.', {
      retryAfterMs: 1,
      cause: new Error('connect ECONNREFUSED'),
    });
    const faults = Array.from({ length: 4 }, () => ({ openError: away }));
    const { port } = await start({ log, engine: new RulerEngine({ sampleRate: testRate, faults }) });
    await say(port, 1_600);
    expect(find('the engine failed')).toEqual([
      expect.objectContaining({ level: 40, code: 'engine_unreachable', cause: 'connect ECONNREFUSED' }),
    ]);
  });

  it('is told once for each code: connections that are refused, before they are sockets and after', async () => {
    const { log, find } = keptLog('info');
    const { port } = await start({ log });
    for (let times = 0; times < 5; times += 1) {
      const foreign = new WireClient(`ws://127.0.0.1:${port}/ws`, { headers: { origin: 'https://foreign.example' } });
      await foreign.closed;
      const silly = await WireClient.open(port, '/v1/transcriptions');
      silly.send('nonsense');
      await silly.closed;
    }
    expect(find('connection refused')).toMatchObject([{ code: 'forbidden' }, { code: 'bad_message' }]);
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(metrics).toContain('live_transcribe_connections_refused_total{code="forbidden"} 5');
    expect(metrics).toContain('live_transcribe_connections_refused_total{code="bad_message"} 5');
  });

  it('is told again after a minute, with how often it has happened', () => {
    const { log, find } = keptLog('info');
    let now = 0;
    const seldom = new SeldomLog(log, () => now);
    const note = (kind: string) => seldom.note('info', kind, { code: kind }, 'something');
    for (const kind of ['a', 'a', 'b', 'a']) note(kind);
    now = 59_999;
    note('a');
    now = 60_000;
    note('a');
    note('b');
    expect(find('something').map(({ code, more }) => [code, more])).toEqual([
      ['a', undefined],
      ['b', undefined],
      ['a', 3],
      ['b', undefined],
    ]);
  });
});

describe('a client that is lost', () => {
  it('and does not come back is told apart from one that has left', async () => {
    const { log, find } = keptLog('info');
    const { port } = await start({ log, environment: { RESUME_SECONDS: '0' } });
    const client = await WireClient.open(port, '/v1/transcriptions');
    client.send({ ...begin, resumable: true });
    client.send(pcm16(rulerAudio(0, 1_600)));
    await client.next('partial');
    client.socket.terminate();
    await expect.poll(() => find('session ended')).toMatchObject([{ reason: 'left', losses: 1, returns: 0 }]);
  });
});

describe('what was said', () => {
  const spoken = 'Nobody shall read zebra crossings here.';

  async function talk(environment: Record<string, string>) {
    const kept = keptLog();
    const simulator = await startSimulator({
      script: () => ({ transcript: spoken }),
      faults: [
        // A message that cannot be read has words in it; one of them is a key.
        {
          kind: 'send',
          at: { speechStarted: 0 },
          text: JSON.stringify({
            type: 'conversation.item.input_audio_transcription.delta',
            delta: [`${spoken} sk-test`],
          }),
        },
        { kind: 'drop', at: { samples: 60_000 } },
      ],
    });
    closing.push(() => simulator.close());
    const engine = openai(simulator.baseUrl, kept.log, environment);
    const { port } = await start({ log: kept.log, engine, environment });
    const client = await speak(port, 3);
    expect(client.all('final')).toContain(spoken);
    await fetch(`http://127.0.0.1:${port}/v1/sessions/x?token=sk-test`);
    return kept;
  }

  it('is never logged, at no level, nor is audio or the key', { timeout: 20_000 }, async () => {
    const { lines, find } = await talk({});
    const voice = Buffer.from(pcm16(speechLike(1_500, 24_000)));
    const all = lines.join('');
    // The test would see it: the lines are there.
    expect(find('A message that is not of the expected form')).toHaveLength(1);
    expect(find('session ended')).toHaveLength(1);
    for (const secret of ['zebra', 'sk-test', voice.subarray(9_000, 9_060).toString('base64')])
      expect(all).not.toContain(secret);
  });

  it('is logged where the operator asks for it', { timeout: 20_000 }, async () => {
    const { lines, find } = await talk({ LOG_TRANSCRIPTS: 'true' });
    expect(find('final')).toContainEqual(expect.objectContaining({ text: spoken, segment: 0 }));
    expect(lines.join('')).not.toContain('sk-test');
  });
});

describe('a log that nobody reads', () => {
  const children = new Set<ChildProcess>();
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
    children.clear();
  });

  it('keeps nobody waiting', { timeout: 60_000 }, async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'live-transcribe-'));
    closing.push(() => rmSync(cwd, { recursive: true, force: true }));
    const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
    const environment = { PORT: '0', ENGINE: 'openai', LOG_LEVEL: 'debug' };
    const child = spawn(process.execPath, [main], { cwd, env: environment, stdio: ['ignore', 'pipe', 'ignore'] });
    children.add(child);
    const port = await new Promise<string>((resolve) => {
      const onData = (data: Buffer) => {
        const [, found] = /localhost:(\d+)/.exec(data.toString()) ?? [];
        if (found === undefined) return;
        child.stdout.off('data', onData);
        child.stdout.pause();
        resolve(found);
      };
      child.stdout.on('data', onData);
    });
    // Each answer is a line of 120 bytes or so; a pipe holds 64 KiB, and Node reads 64 KiB ahead.
    for (let answers = 0; answers < 2_500; answers += 1) {
      const response = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(20_000) });
      await response.arrayBuffer();
    }
  });
});

const openError = new EngineError('engine_auth', 'The key was not accepted.');

function openai(baseUrl: string, log: ReturnType<typeof keptLog>['log'], environment: Record<string, string>) {
  const read = readConfig({ OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: baseUrl, ...environment });
  if (!read.ok) throw new Error(read.faults.join('\n'));
  return chooseEngine(read.config, log).engine;
}

/** Utterances of something like a voice, to the end. */
async function speak(port: number, utterances = 1): Promise<WireClient> {
  const client = await WireClient.open(port, '/v1/transcriptions');
  client.send({ action: 'start', encoding: 'pcm16', sample_rate: 24_000, model: 'whisper-1' });
  for (let said = 0; said < utterances; said += 1) {
    const voice = speechLike(1_500, 24_000);
    for (let at = 0; at < voice.length; at += 2_400) client.send(pcm16(voice.subarray(at, at + 2_400)));
    client.send(pcm16(new Int16Array(24_000)));
  }
  client.send({ action: 'stop' });
  await client.closed;
  return client;
}
