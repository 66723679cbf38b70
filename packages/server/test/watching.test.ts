import { connect } from 'node:net';
import { ManualClock, RulerEngine, rulerAudio, seeded } from '@live-transcribe/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { idsOf, openSource, type Source } from './support/event-source.ts';
import { FloodEngine } from './support/flood-engine.ts';
import { startTestGateway, type TestGatewayOptions, testRate } from './test-gateway.ts';
import { pcm16, WireClient } from './wire-client.ts';

type TestGateway = Awaited<ReturnType<typeof startTestGateway>>;

const running = new Set<TestGateway>();
const sources = new Set<Source>();
afterEach(async () => {
  for (const source of sources) source.close();
  for (const gateway of running) await gateway.close();
  sources.clear();
  running.clear();
});

async function start(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const gateway = await startTestGateway(options);
  running.add(gateway);
  return gateway;
}

async function speaking({ port }: TestGateway, members: object = {}): Promise<WireClient & { id: string }> {
  const client = await WireClient.open(port, '/v1/transcriptions');
  client.send({ action: 'start', encoding: 'pcm16', sample_rate: testRate, ...members });
  const { session_id } = await client.next('session_id');
  return Object.assign(client, { id: String(session_id) });
}

async function watch({ port }: TestGateway, id: string, after?: number | string): Promise<Source> {
  const source = await openSource(port, id, after);
  sources.add(source);
  return source;
}

const finals = ({ events }: Source) => events.flatMap(({ event, data }) => (event === 'final' ? [data['final']] : []));
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe('GET /v1/sessions/:id/events', () => {
  it('tells what was said and what is being said, with partials, to the end', async () => {
    const gateway = await start();
    const client = await speaking(gateway);
    client.send(pcm16(rulerAudio(0, 8_000)));
    await client.next('final');
    const source = await watch(gateway, client.id);
    expect(source.status).toBe(200);
    expect(source.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    await expect.poll(() => finals(source)).toEqual(['0-7999']);
    client.send(pcm16(rulerAudio(8_000, 4_000)));
    await expect.poll(() => source.events.at(-1)?.event).toBe('partial');
    client.send({ action: 'stop' });
    await source.ended;
    expect(source.events.filter(({ event }) => event !== 'partial')).toEqual([
      {
        event: 'started',
        id: '1',
        data: { session_id: client.id, engine: 'ruler', model: 'gateway-model', language: 'en' },
      },
      { event: 'final', id: '2', data: { final: '0-7999', segment: 0, start: 0, end: 0.5, seq: 2 } },
      { event: 'final', id: '3', data: { final: '8000-11999', segment: 1, start: 0.5, end: 0.75, seq: 3 } },
      { event: 'ended', id: '4', data: { ended: true, duration: 0.75, segments: 2, seq: 4 } },
    ]);
    expect(source.events.find(({ event }) => event === 'partial')).toMatchObject({
      id: undefined,
      data: { segment: 1, partial: expect.stringMatching(/^8000-/) },
    });
  });

  it('goes on after Last-Event-ID, and says 204 when nothing follows', async () => {
    const gateway = await start();
    const client = await speaking(gateway);
    client.send(pcm16(rulerAudio(0, 20_000)));
    client.send({ action: 'stop' });
    await client.closed;
    const source = await watch(gateway, client.id, 3);
    await source.ended;
    expect(idsOf(source)).toEqual([4, 5]);
    expect((await watch(gateway, client.id, 5)).status).toBe(204);
    expect((await watch(gateway, client.id, 4)).status).toBe(200);
  });

  it('has no gap and no repeat at the seam, whenever somebody begins to watch: a flood of finals, 30 watchers', async () => {
    const count = 300;
    const gateway = await start({ engine: new FloodEngine(count) });
    const random = seeded(11);
    const client = await speaking(gateway);
    const watching: { readonly source: Source; readonly after: number }[] = [];
    while (watching.length < 30) {
      for (let turns = Math.floor(random() * 8); turns > 0; turns -= 1) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      const after = Math.floor(random() * client.all('final').length);
      watching.push({ source: await watch(gateway, client.id, after), after });
    }
    await client.next('final', ({ segment }) => segment === count - 1);
    client.send({ action: 'stop' });
    for (const { source, after } of watching) {
      await source.ended;
      expect(idsOf(source)).toEqual(upTo(count + 2, after + 1));
    }
    // Not all of them came when all was said.
    expect(watching.some(({ source }) => source.events.some(({ event }) => event === 'partial'))).toBe(true);
  }, 30_000);

  it('lets a watcher that does not read miss partials, not finals, and bounds what waits for it', async () => {
    // More than the kernel holds of a connection that nobody reads.
    const count = 500;
    const gateway = await start({ engine: new FloodEngine(count, 30_000) });
    const client = await speaking(gateway);
    const socket = connect(gateway.port, '127.0.0.1');
    let read = '';
    socket.on('data', (bytes) => {
      read += bytes.toString();
    });
    socket.pause();
    socket.write(`GET /v1/sessions/${client.id}/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    await client.next('final', ({ segment }) => segment === count - 1);
    client.send({ action: 'stop' });
    await client.closed;
    socket.resume();
    await new Promise((resolve) => socket.once('end', resolve));
    const ids = [...read.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
    expect(ids).toEqual(upTo(count + 2));
    expect([...read.matchAll(/^event: partial$/gm)].length).toBeLessThan(count);
  }, 60_000);

  it('cuts off a watcher that takes nothing for 30 s', async () => {
    const clock = new ManualClock();
    const gateway = await start({ clock, engine: new FloodEngine(60_000, 30_000) });
    const client = await speaking(gateway);
    const socket = connect(gateway.port, '127.0.0.1');
    socket.pause();
    socket.write(`GET /v1/sessions/${client.id}/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    await clock.untilWaiting((ms) => ms === 30_000);
    for (let waited = 0; waited < 3; waited += 1) {
      clock.advance(30_000);
      for (let turns = 0; turns < 200; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    }
    socket.resume();
    await new Promise((resolve) => socket.once('close', resolve));
    client.socket.terminate();
  }, 30_000);

  it('says every 15 s that it is still there', async () => {
    const clock = new ManualClock();
    const gateway = await start({ clock });
    const client = await speaking(gateway);
    const source = await watch(gateway, client.id);
    await clock.untilWaiting((ms) => ms === 15_000);
    clock.advance(15_000);
    await expect.poll(() => source.comments.length).toBe(1);
    await clock.untilWaiting((ms) => ms === 15_000);
    clock.advance(15_000);
    await expect.poll(() => source.comments.length).toBe(2);
  });

  it('is told what was said when the server stops, and goes on at the next one as if nothing were', async () => {
    const first = await start();
    const client = await speaking(first, { resumable: true });
    const source = await watch(first, client.id);
    client.send(pcm16(rulerAudio(0, 4_000)));
    await expect.poll(() => source.events.at(-1)?.event).toBe('partial');
    running.delete(first);
    await first.stop();
    await source.ended;
    expect(finals(source)).toEqual(['0-3999']);
    expect(source.events.map(({ event }) => event)).not.toContain('ended');
    const second = await start({ environment: { DATA_DIR: first.dataDir } });
    const rest = await watch(second, client.id, idsOf(source).at(-1));
    const informed = await watch(second, client.id, 3);
    expect([rest.status, informed.status]).toEqual([200, 200]);
    const back = await WireClient.open(second.port, '/v1/transcriptions');
    const resume = { session_id: client.id, from: 0.25, after: 2 };
    back.send({ action: 'start', encoding: 'pcm16', sample_rate: testRate, resume });
    back.send(pcm16(rulerAudio(4_000, 4_000)));
    back.send({ action: 'stop' });
    await Promise.all([rest.ended, informed.ended]);
    for (const { events } of [rest, informed]) {
      const told = events.filter(({ event }) => event !== 'partial');
      expect(told.map(({ event, data }) => [event, data['final']])).toEqual([
        ['final', '4000-7999'],
        ['ended', undefined],
      ]);
    }
    await first.close();
  });

  it.each([
    ['a session whose speaker did not come back in time', { resumable: true }],
    ['a session that cannot be gone on with', {}],
  ])('ends %s, and says 204 from then on', async (_, members) => {
    const gateway = await start({ environment: { RESUME_SECONDS: '0' }, comingBackMs: 50 });
    const client = await speaking(gateway, members);
    const source = await watch(gateway, client.id);
    client.send(pcm16(rulerAudio(0, 4_000)));
    await expect.poll(() => source.events.at(-1)?.event).toBe('partial');
    client.socket.terminate();
    await source.ended;
    expect(source.events.at(-1)).toMatchObject({ event: 'ended', id: '3' });
    expect((await watch(gateway, client.id, 3)).status).toBe(204);
  });

  it('goes on over a lost connection of the speaker, and is told when the session is deleted', async () => {
    const gateway = await start();
    const client = await speaking(gateway, { resumable: true });
    const source = await watch(gateway, client.id);
    client.send(pcm16(rulerAudio(0, 8_000)));
    await client.next('final');
    client.socket.terminate();
    const back = await WireClient.open(gateway.port, '/v1/transcriptions');
    const resume = { session_id: client.id, from: 0.48, after: 2 };
    back.send({ action: 'start', encoding: 'pcm16', sample_rate: testRate, resume });
    back.send(pcm16(rulerAudio(7_680, 8_320)));
    await expect.poll(() => finals(source)).toEqual(['0-7999', '8000-15999']);
    const response = await fetch(`http://127.0.0.1:${gateway.port}/v1/sessions/${client.id}`, { method: 'DELETE' });
    expect(response.status).toBe(204);
    await source.ended;
    expect(source.events.at(-1)).toMatchObject({ event: 'error', data: { code: 'session_unknown' } });
    expect((await back.closed).code).toBe(1008);
    expect(back.messages.at(-1)).toMatchObject({ code: 'session_unknown' });
    expect((await watch(gateway, client.id)).status).toBe(404);
  });

  it('is no stream for one who asks for its head alone', async () => {
    const gateway = await start();
    const client = await speaking(gateway);
    const address = `http://127.0.0.1:${gateway.port}/v1/sessions/${client.id}`;
    expect((await fetch(`${address}/events`, { method: 'HEAD' })).status).toBe(404);
    expect((await fetch(address, { method: 'HEAD' })).status).toBe(200);
  });

  it.each([
    ['a session that is none', 'nonsense', undefined, 404],
    ['a session that nobody has', '00000000-0000-4000-8000-000000000000', undefined, 404],
    ['an event that is none', undefined, 'x', 422],
    ['half an event', undefined, '1.5', 422],
  ])('answers a request for %s', async (_, id, after, status) => {
    const gateway = await start({ engine: new RulerEngine({ sampleRate: testRate }) });
    const client = await speaking(gateway);
    expect((await watch(gateway, id ?? client.id, after)).status).toBe(status);
  });
});
