import { once } from 'node:events';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { type SimulatorOptions, startSimulator } from '@live-transcribe/realtime-simulator';
import { describeWith } from '@live-transcribe/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { address as redisAddress, redisMissing, redisSpace, withRedis } from '../../bus-redis/test/redis.ts';
import { administer, postgresMissing, postgresSchema } from '../../store-sql/test/postgres.ts';
import { checkDisk } from '../src/doctor/checks/disk.ts';
import { resembles } from '../src/doctor/resembles.ts';
import { endVisits, examine, examineOffline, run, type Visit } from './support/doctor.ts';
import { startTestGateway } from './test-gateway.ts';

const closing: (() => void | Promise<unknown>)[] = [];
afterEach(async () => {
  endVisits();
  for (const close of closing.splice(0).reverse()) await close();
});

const key = 'sk-test-of-the-doctor';

/** What it takes to have the simulator for an engine. */
async function simulated(options: SimulatorOptions = {}) {
  const simulator = await startSimulator({
    apiKey: key,
    script: () => ({ transcript: 'One, two, three.' }),
    ...options,
  });
  closing.push(() => simulator.close());
  const environment = {
    OPENAI_API_KEY: key,
    OPENAI_BASE_URL: simulator.baseUrl,
    OPENAI_REALTIME_MODEL: 'gpt-4o-transcribe',
  };
  return { simulator, environment };
}

async function listening(server: Server | HttpServer): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

/** A port on which nobody listens. */
async function deafPort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const verdicts = ({ findings }: Visit) => Object.fromEntries(findings.map(({ check, verdict }) => [check, verdict]));
const finding = ({ findings }: Visit, check: string) => findings.find((one) => one.check === check);

describe('live-transcribe doctor', { timeout: 60_000 }, () => {
  it('finds nothing wrong where nothing is, and leaves nothing behind', async () => {
    const { environment } = await simulated();
    const visit = await examine(environment);
    const { page: _, ...rest } = verdicts(visit);
    expect(rest).toEqual({
      ...{ configuration: 'ok', access: 'ok', key: 'ok', clock: 'ok', engine: 'ok' },
      ...{ ffmpeg: expect.stringMatching(/ok|warning/), store: 'ok', disk: expect.any(String), port: 'ok' },
    });
    expect(finding(visit, 'engine')?.says).toContain('One, two, three.');
    expect(visit).toMatchObject({ code: 0, errors: '', left: [] });
    expect(visit.output).not.toContain(key);
  });

  it('says the same to people: a line each, and what to do below', async () => {
    const { environment } = await simulated();
    const { code, output } = await run(['doctor'], { ...environment, FFMPEG_PATH: 'no-such-ffmpeg' });
    expect(code).toBe(0);
    expect(output).toMatch(/^ok {7}key +127\.0\.0\.1:\d+ accepts it \(\d+ ms\)\.$/m);
    expect(output).toMatch(/^warning {2}ffmpeg +There is no no-such-ffmpeg.*\n +→ apt-get install ffmpeg/m);
  });

  it('tells each setting that cannot be used, and names in .env that are nearly settings', async () => {
    const visit = await examineOffline({ PORT: 'eighty', ENGINE: 'whisper' }, 'OPENAI_APIKEY=sk-x\nSOMETHING_ELSE=1\n');
    expect(visit.code).toBe(1);
    expect(visit.findings.map(({ verdict, says }) => [verdict, says])).toEqual([
      ['wrong', 'PORT must be a whole number from 0 to 65535, not "eighty".'],
      ['wrong', expect.stringContaining('ENGINE must be one of')],
      ['warning', 'OPENAI_APIKEY in .env is no setting, so it does nothing.'],
    ]);
    expect(visit.output).not.toContain('sk-x');
  });

  it('tells a key that is not accepted', async () => {
    const { environment } = await simulated();
    const visit = await examine({ ...environment, OPENAI_API_KEY: 'sk-wrong-key' });
    expect(visit.code).toBe(1);
    expect(finding(visit, 'key')).toMatchObject({ verdict: 'wrong', says: expect.stringContaining('not accepted') });
    expect(finding(visit, 'engine')).toMatchObject({
      verdict: 'wrong',
      mend: expect.stringContaining('OPENAI_API_KEY'),
    });
    expect(visit.output).not.toContain('sk-wrong');
  });

  it.each([
    ['nobody listens', async () => `127.0.0.1:${await deafPort()}`],
    ['the name is nobody’s', async () => 'nothing.invalid'],
  ])('tells that there is no network to the service where %s: that says nothing of the key', async (_, host) => {
    const OPENAI_BASE_URL = `http://${await host()}/v1`;
    const visit = await examine({ OPENAI_API_KEY: key, OPENAI_BASE_URL });
    expect(visit.code).toBe(1);
    expect(finding(visit, 'key')).toMatchObject({
      verdict: 'wrong',
      says: expect.stringMatching(
        /^\S+ cannot be reached: .*(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN).*Whether the key is good is not known\.$/,
      ),
      mend: expect.stringContaining('network'),
    });
    expect(finding(visit, 'clock')).toBeUndefined();
  });

  it('waits for a service that says nothing, but not for ever', async () => {
    const { environment } = await simulated({ faults: [{ kind: 'stall_models' }, { kind: 'stall_secret' }] });
    const visit = await examine(environment);
    expect(visit.code).toBe(1);
    expect(verdicts(visit)).toMatchObject({ key: 'wrong', engine: 'wrong' });
    expect(finding(visit, 'key')?.says).toContain('No answer within 10 s.');
  });

  it('tells an account without credit, and a service with a fault of its own', async () => {
    const body = JSON.stringify({
      error: { message: 'Empty.', type: 'insufficient_quota', code: 'insufficient_quota' },
    });
    const broke = await simulated({ faults: [{ kind: 'refuse_models', status: 429, body }] });
    expect(finding(await examine(broke.environment), 'key')).toMatchObject({
      verdict: 'wrong',
      mend: expect.stringContaining('credit'),
    });
    const down = await simulated({ faults: [{ kind: 'refuse_models', status: 503, body: '<html>' }] });
    const visit = await examine(down.environment);
    expect(finding(visit, 'key')).toMatchObject({ verdict: 'warning', says: expect.stringContaining('HTTP 503') });
    expect(visit.code).toBe(0);
  });

  it('tells a model that the account may not use, and tries the other one', async () => {
    const error = { message: 'No such model.', type: 'invalid_request_error', code: 'model_not_found' };
    const { environment } = await simulated({
      faults: [{ kind: 'refuse_secret', status: 403, body: JSON.stringify({ error }) }],
    });
    const visit = await examine({ ...environment, MODEL_NAME: 'whisper-1' });
    expect(visit.code).toBe(1);
    const tried = visit.findings.filter(({ check }) => check === 'engine');
    expect(tried).toMatchObject([
      { verdict: 'wrong', says: expect.stringContaining('whisper-1'), mend: expect.stringContaining('MODEL_NAME') },
      { verdict: 'ok' },
    ]);
  });

  it('warns of an engine that takes speech and hears nothing', async () => {
    const { environment } = await simulated({ script: () => ({ transcript: '' }) });
    const visit = await examine(environment);
    expect(finding(visit, 'engine')).toMatchObject({
      verdict: 'warning',
      says: expect.stringContaining('heard nothing'),
    });
    expect(visit.code).toBe(0);
  });

  it('tells that there is no engine, and what makes one', async () => {
    const visit = await examine({ ENGINE: 'openai' });
    expect(visit.code).toBe(1);
    expect(finding(visit, 'engine')).toMatchObject({
      verdict: 'wrong',
      mend: expect.stringContaining('OPENAI_API_KEY'),
    });
  });

  it('asks nobody for anything with --offline', async () => {
    const { simulator, environment } = await simulated();
    const visit = await examineOffline(environment);
    expect(visit.code).toBe(0);
    expect(simulator.secretRequests).toEqual([]);
    expect(finding(visit, 'key')).toBeUndefined();
  });

  it.each([
    [3_600, /ahead of|behind/, 'wrong'],
    [-20, /behind/, 'warning'],
    [20, /ahead of/, 'warning'],
  ] as const)('tells a clock that is %d s off', async (seconds, which, verdict) => {
    const server = createHttpServer((_, response) => {
      response.sendDate = false;
      response.setHeader('date', new Date(Date.now() - seconds * 1000).toUTCString());
      response.end('{"data":[]}');
    });
    const port = await listening(server);
    const visit = await examine({ OPENAI_API_KEY: key, OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` });
    expect(finding(visit, 'clock')).toMatchObject({
      verdict,
      says: expect.stringMatching(which),
      mend: expect.stringContaining('time server'),
    });
  });

  it('tells a store that cannot be had', async () => {
    const folder = await examineOffline({ DATA_DIR: '.env' }, 'LOG_LEVEL=info\n');
    expect(finding(folder, 'store')).toMatchObject({ verdict: 'wrong', mend: expect.stringContaining('DATA_DIR') });
    const DATABASE_URL = `postgres://me:secret-word@127.0.0.1:${await deafPort()}/none`;
    const database = await examineOffline({ DATABASE_URL });
    expect(finding(database, 'store')).toMatchObject({
      verdict: 'wrong',
      mend: expect.stringContaining('DATABASE_URL'),
    });
    expect(database.output).not.toContain('secret-word');
    expect([folder.code, database.code]).toEqual([1, 1]);
  });

  it('tells Redis that cannot be had', async () => {
    const REDIS_URL = `redis://:secret-word@127.0.0.1:${await deafPort()}`;
    const visit = await examineOffline({ REDIS_URL });
    expect(visit.code).toBe(1);
    expect(finding(visit, 'redis')).toMatchObject({ verdict: 'wrong', says: expect.stringContaining('ECONNREFUSED') });
    expect(visit.output).not.toContain('secret-word');
  });

  it('tells a port that is taken, and by whom', async () => {
    const port = await listening(createServer((socket) => socket.destroy()));
    const other = await examineOffline({ PORT: String(port) });
    expect(finding(other, 'port')).toMatchObject({
      verdict: 'wrong',
      says: expect.stringContaining('Another program'),
    });
    const gateway = await startTestGateway();
    closing.push(() => gateway.close());
    const own = await examineOffline({ PORT: String(gateway.port) });
    expect(finding(own, 'port')).toMatchObject({
      verdict: 'warning',
      says: expect.stringContaining('A live-transcribe'),
    });
    expect([other.code, own.code]).toEqual([1, 0]);
  });

  it('tells an address that is not this machine’s', async () => {
    // Kept for documentation (RFC 5737): nobody has it.
    const visit = await examineOffline({ HOST: '192.0.2.1', AUTH: 'none' });
    expect(verdicts(visit)).toMatchObject({ port: 'wrong', access: 'warning' });
  });
});

describe('the command line', { timeout: 60_000 }, () => {
  it.each([
    ['--help', 0, /Usage: live-transcribe/],
    ['--version', 0, /^\d+\.\d+\.\d+\n$/],
  ])('%s', async (option, code, output) => {
    expect(await run([option])).toMatchObject({ code, output: expect.stringMatching(output) });
  });

  it.each([[['sing']], [['doctor', '--loud']], [['doctor', 'me']], [['--offline']]])('%j is none', async (parts) => {
    const { code, errors, output } = await run(parts);
    expect({ code, output }).toEqual({ code: 2, output: '' });
    expect(errors).toContain('Usage: live-transcribe');
  });
});

describeWith([postgresMissing], 'the doctor and PostgreSQL', { timeout: 60_000 }, () => {
  it('takes back what it has tried', async () => {
    const schema = await postgresSchema();
    closing.push(() => schema.drop());
    const first = await examineOffline({ DATABASE_URL: schema.url });
    expect(finding(first, 'store')).toMatchObject({ verdict: 'ok', says: expect.stringContaining('first start') });
    // One that the first visit had left would be in the way of this table, which no store has made.
    await administer(`CREATE TABLE ${schema.name}.store (only_one integer)`);
    const second = await examineOffline({ DATABASE_URL: schema.url });
    expect(finding(second, 'store')?.verdict).toBe('wrong');
  });
});

describeWith([redisMissing], 'the doctor and Redis', { timeout: 60_000 }, () => {
  it('has it keep nothing', async () => {
    const { prefix } = redisSpace();
    const visit = await examineOffline({ REDIS_URL: redisAddress, REDIS_PREFIX: prefix });
    expect(finding(visit, 'redis')).toMatchObject({ verdict: 'ok', says: expect.stringMatching(/^Redis \d/) });
    expect(await withRedis((redis) => redis.keys(`${prefix}:*`))).toEqual([]);
  });
});

describe('the parts of the doctor', () => {
  it.each([
    [2 * 1024, 'ok'],
    [900, 'warning'],
    [10, 'wrong'],
  ])('%d MiB of disk are %s', async (mib, verdict) => {
    const [found] = await checkDisk('data', async () => ({ bavail: mib, bsize: 1024 ** 2 }));
    expect(found?.verdict).toBe(verdict);
  });

  it.each([
    ['OPENAI_API_KEY', 'OPENAI_APIKEY', true],
    ['OPENAI_API_KEY', 'OPENAI_API_KEYS', true],
    ['PORT', 'PROT', true],
    ['MODEL_NAME', 'MODEL', false],
    ['LANGUAGE', 'SOMETHING_ELSE', false],
  ])('%s may be meant by %s: %s', (meant, given, may) => {
    expect(resembles(meant, given)).toBe(may);
  });
});
