import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type DownloadOptions, download, ModelsError, type Progress, usualWaits } from '../src/index.ts';
import { asDiskFault } from '../src/models-error.ts';
import { honestly } from './odd-server.ts';
import { folder, noise, served } from './support.ts';

const waits = { ...usualWaits, attempts: 3, firstDelayMs: 1, longestDelayMs: 2, worthwhileBytes: 1 };

function options(url: string, rest: Partial<DownloadOptions> = {}): DownloadOptions {
  const signal = new AbortController().signal;
  return { url: `${url}/model.tar.bz2`, file: join(folder(), 'part'), maxBytes: 1 << 20, signal, waits, ...rest };
}

/** The fault that a download ends with. */
async function faultOf(wanted: DownloadOptions): Promise<ModelsError> {
  const thrown = await download(wanted).then(
    () => 'a whole file',
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(ModelsError);
  return thrown as ModelsError;
}

const content = noise(200_000);

/** Breaks the connection off each time that something has arrived by it. */
function dropping({ drop }: { drop: () => void }) {
  let last = 0;
  return ({ received }: Progress) => {
    if (received > last) drop();
    last = received;
  };
}

/** Breaks only the first connection off. */
function visitOnce(server: { drop: () => void; visits: readonly unknown[] }) {
  const onProgress = dropping(server);
  return (progress: Progress) => {
    if (server.visits.length === 1) onProgress(progress);
  };
}

describe('a download', () => {
  it('brings the file as it is, and tells how much of it is here', async () => {
    const { url } = await served(honestly(content));
    const told: Progress[] = [];
    const wanted = options(url, { onProgress: (progress) => told.push(progress) });
    expect(await download(wanted)).toEqual({ resumed: false });
    expect(readFileSync(wanted.file).equals(content)).toBe(true);
    expect(told[0]).toEqual({ received: 0, total: content.length });
    expect(told.at(-1)).toEqual({ received: content.length, total: content.length });
  });

  it('continues where a connection broke off, as often as it takes', async () => {
    const server = await served(honestly(content, { holdAfter: 30_000 }));
    const { url, visits } = server;
    const wanted = options(url, { onProgress: dropping(server) });
    expect(await download(wanted)).toEqual({ resumed: true });
    expect(readFileSync(wanted.file).equals(content)).toBe(true);
    expect(visits.length).toBeGreaterThan(waits.attempts);
    expect(visits.at(-1)?.headers).toMatchObject({ 'if-range': '"v1"' });
    expect(visits.map(({ headers }) => headers['accept-encoding'])).toEqual(visits.map(() => 'identity'));
  });

  it('continues what an earlier one has left, and asks for nothing that is here', async () => {
    const server = await served(honestly(content, { holdAfter: 50_000 }));
    const once = { ...waits, attempts: 1, worthwhileBytes: 1 << 30 };
    const wanted = options(server.url, { onProgress: dropping(server) });
    expect(await faultOf({ ...wanted, waits: once })).toMatchObject({ code: 'unreachable' });
    const kept = readFileSync(wanted.file).length;
    expect(kept).toBeGreaterThan(0);
    expect(await download(wanted)).toEqual({ resumed: true });
    expect(server.visits[1]?.headers.range).toBe(`bytes=${kept}-`);
    expect(readFileSync(wanted.file).equals(content)).toBe(true);
  });

  it('asks nothing twice of a file that is whole', async () => {
    const { url, visits } = await served(honestly(content));
    const wanted = options(url);
    await download(wanted);
    await download(wanted);
    expect(visits.map(({ headers }) => headers.range)).toEqual([undefined, `bytes=${content.length}-`]);
    expect(readFileSync(wanted.file).equals(content)).toBe(true);
  });

  it('never joins two files: another version begins anew', async () => {
    const other = noise(150_000, 2);
    const server = await served((request, response, visit, hold) => {
      const handler = visit === 1 ? honestly(content, { holdAfter: 50_000 }) : honestly(other, { etag: '"v2"' });
      handler(request, response, visit, hold);
    });
    const wanted = options(server.url, { onProgress: dropping(server) });
    await download(wanted);
    expect(readFileSync(wanted.file).equals(other)).toBe(true);
    expect(server.visits[1]?.headers['if-range']).toBe('"v1"');
  });

  it('begins anew where a server knows no ranges, or gives nothing to know a version by', async () => {
    const server = await served((_, response, visit, hold) => {
      response.writeHead(200, { 'content-length': content.length });
      if (visit < 3) hold(response, content.subarray(0, 60_000));
      else response.end(content);
    });
    const { visits } = server;
    const wanted = options(server.url, { onProgress: dropping(server) });
    await download(wanted);
    expect(readFileSync(wanted.file).equals(content)).toBe(true);
    expect(visits.map(({ headers }) => headers.range)).toEqual([undefined, undefined, undefined]);
  });

  it('begins anew where a server continues at another place', async () => {
    const server = await served((request, response, visit, hold) => {
      const holding = visit === 1 ? { holdAfter: 40_000 } : {};
      if (visit !== 2) return honestly(content, holding)(request, response, visit, hold);
      response.writeHead(206, { etag: '"v1"', 'content-range': `bytes 5-${content.length - 1}/${content.length}` });
      response.end(content.subarray(5));
    });
    const wanted = options(server.url, { onProgress: dropping(server) });
    await download(wanted);
    expect(readFileSync(wanted.file).equals(content)).toBe(true);
  });

  it('goes on until all is here, where a server gives less than was asked for', async () => {
    const server = await served((request, response, visit, hold) => {
      if (visit === 1) return honestly(content, { holdAfter: 50_000 })(request, response, visit, hold);
      const from = Number(/\d+/.exec(request.headers.range ?? '')?.[0]);
      const piece = content.subarray(from, from + 60_000);
      const range = `bytes ${from}-${from + piece.length - 1}/${content.length}`;
      response.writeHead(206, { etag: '"v1"', 'content-range': range, 'content-length': piece.length }).end(piece);
    });
    const wanted = options(server.url, { onProgress: visitOnce(server) });
    await download(wanted);
    expect(readFileSync(wanted.file).equals(content)).toBe(true);
    expect(server.visits.length).toBeGreaterThan(3);
  });

  it('begins anew where the file is to come from another address', async () => {
    const server = await served(honestly(content, { holdAfter: 50_000 }));
    const once = { ...waits, attempts: 1, worthwhileBytes: 1 << 30 };
    const wanted = options(server.url, { onProgress: dropping(server), waits: once });
    await faultOf(wanted);
    const other = noise(150_000, 3);
    const mirror = await served(honestly(other));
    await download({ ...wanted, url: `${mirror.url}/model.tar.bz2` });
    expect(mirror.visits[0]?.headers.range).toBeUndefined();
    expect(readFileSync(wanted.file).equals(other)).toBe(true);
  });

  it('does not take less than was announced for the whole', async () => {
    const { url } = await served((_, response) => {
      response.writeHead(200, { 'content-length': content.length + 1000, connection: 'close' });
      response.write(content, () => response.destroy());
    });
    expect(await faultOf(options(url))).toMatchObject({ code: 'unreachable', retryable: true });
  });

  it('takes a file of unknown length, up to the most that is allowed', async () => {
    const { url } = await served((_, response) => {
      response.writeHead(200);
      response.write(content.subarray(0, 100_000));
      response.end(content.subarray(100_000));
    });
    const wanted = options(url);
    await download(wanted);
    expect(readFileSync(wanted.file).equals(content)).toBe(true);
    const fault = await faultOf(options(url, { maxBytes: 150_000 }));
    expect(fault).toMatchObject({ code: 'refused', retryable: false });
  });

  it('refuses at once what is announced as too large', async () => {
    const { url, visits } = await served(honestly(content));
    const fault = await faultOf(options(url, { maxBytes: 1000 }));
    expect(fault.message).toContain('larger than 1 MiB');
    expect(visits).toHaveLength(1);
  });

  it('refuses a page, an encoded answer, a missing file: once, with the reason', async () => {
    const answers: [Record<string, string>, number, RegExp][] = [
      [{ 'content-type': 'text/html; charset=utf-8' }, 200, /a page for people/],
      [{ 'content-encoding': 'gzip' }, 200, /encoded as gzip/],
      [{}, 404, /404: it is not there/],
      [{}, 403, /403/],
    ];
    for (const [headers, status, sentence] of answers) {
      const { url, visits } = await served((_, response) => response.writeHead(status, headers).end('<html>'));
      const fault = await faultOf(options(url));
      expect(fault).toMatchObject({ code: 'refused', retryable: false, message: expect.stringMatching(sentence) });
      expect(visits).toHaveLength(1);
    }
  });

  it('tries again where a server is busy, as late as it asks for, within reason', async () => {
    const { url, visits } = await served((request, response, visit, hold) => {
      if (visit === 1) response.writeHead(503, { 'retry-after': '100000' }).end();
      else honestly(content)(request, response, visit, hold);
    });
    const delays: number[] = [];
    const wanted = options(url, { onRetry: (_, delayMs) => delays.push(delayMs) });
    await download(wanted);
    expect(visits).toHaveLength(2);
    expect(delays).toEqual([2 * waits.longestDelayMs]);
  });

  it('follows redirects, but not for ever, and not to what is no address', async () => {
    const honest = honestly(content);
    const { url } = await served((request, response, visit, hold) => {
      const next: Record<string, string> = { '/model.tar.bz2': '/a', '/a': '/b', '/round.tar.bz2': '/round.tar.bz2' };
      const location = request.url === '/odd.tar.bz2' ? 'file:///etc/passwd' : next[request.url ?? ''];
      if (location === undefined) honest(request, response, visit, hold);
      else response.writeHead(302, { location }).end();
    });
    const wanted = options(url);
    await download(wanted);
    expect(readFileSync(wanted.file).equals(content)).toBe(true);
    expect(await faultOf(options(url, { url: `${url}/round.tar.bz2` }))).toMatchObject({ code: 'refused' });
    expect((await faultOf(options(url, { url: `${url}/odd.tar.bz2` }))).message).toContain('file:///etc/passwd');
  });

  it('gives up one that has fallen silent, before and within the answer', async () => {
    const silent = { ...waits, answerMs: 50, stallMs: 50, attempts: 1 };
    const mute = await served(() => undefined);
    expect((await faultOf(options(mute.url, { waits: silent }))).message).toContain('has not answered within 0.05 s');
    const stalled = await served((_, response) => {
      response.writeHead(200, { 'content-length': content.length, etag: '"v1"' });
      response.write(content.subarray(0, 10_000));
    });
    const wanted = options(stalled.url, { waits: { ...silent, answerMs: 10_000 } });
    expect((await faultOf(wanted)).message).toContain('has sent nothing for 0.05 s');
    expect(readFileSync(wanted.file).length).toBe(10_000);
  });

  it('says whom it cannot reach', async () => {
    const { url, close } = await served(() => undefined);
    await close();
    const fault = await faultOf(options(url));
    expect(fault.code).toBe('unreachable');
    expect(fault.message).toMatch(/^127\.0\.0\.1:\d+ cannot be reached: .*ECONNREFUSED/);
  });

  it('stops when it is asked to, and what has arrived is there for the next time', async () => {
    const stop = new AbortController();
    const { url } = await served((request, response, visit, hold) => {
      if (visit > 1) return honestly(content)(request, response, visit, hold);
      response.writeHead(200, { 'content-length': content.length, etag: '"v1"' });
      response.write(content.subarray(0, 20_000));
    });
    const onProgress = ({ received }: Progress) => received >= 20_000 && stop.abort();
    const wanted = options(url, { signal: stop.signal, onProgress });
    expect(await faultOf(wanted)).toMatchObject({ code: 'aborted' });
    expect(readFileSync(wanted.file).length).toBe(20_000);
    expect(await download({ ...wanted, signal: new AbortController().signal })).toEqual({ resumed: true });
    expect(readFileSync(wanted.file).equals(content)).toBe(true);
  });

  it('begins anew where its own notes are gone or half written', async () => {
    const { url } = await served(honestly(content));
    const wanted = options(url);
    writeFileSync(wanted.file, 'something else');
    writeFileSync(`${wanted.file}.json`, '{"url":');
    await download(wanted);
    expect(readFileSync(wanted.file).equals(content)).toBe(true);
  });

  it('tells that the disk has no room, before it is full', async () => {
    const { url } = await served(honestly(content));
    const wanted = options(url, { freeBytes: async () => 100_000 });
    const fault = await faultOf(wanted);
    expect(fault).toMatchObject({ code: 'no_space', retryable: false });
    expect(fault.message).toContain('1 MiB are still to come');
    expect(existsSync(wanted.file)).toBe(false);
  });

  it('tells of a file where a folder should be, and of a disk that is full all the same', async () => {
    const { url } = await served(honestly(content));
    const inTheWay = join(folder(), 'file');
    writeFileSync(inTheWay, '');
    const fault = await faultOf(options(url, { file: join(inTheWay, 'part') }));
    expect(fault).toMatchObject({ code: 'in_the_way', message: expect.stringContaining('a file where a folder') });
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    expect(asDiskFault(full, '/data/models')).toMatchObject({
      code: 'no_space',
      message: '/data/models cannot be written: there is no space left on the disk.',
    });
  });
});
