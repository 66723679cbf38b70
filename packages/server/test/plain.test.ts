import { RulerEngine, rulerAudio } from '@live-transcribe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, testRate } from './test-gateway.ts';
import { pcm16, WireClient } from './wire-client.ts';

describe('WS /ws', () => {
  let gateway: Awaited<ReturnType<typeof startTestGateway>>;
  beforeAll(async () => {
    gateway = await startTestGateway();
  });
  afterAll(() => gateway.close());

  const open = (query = '') => WireClient.open(gateway.port, `/ws${query}`);
  const texts = (client: WireClient, type: string) =>
    client.messages.filter((message) => message['type'] === type).map(({ text }) => text);

  it('takes audio from the first message on, and closes with 1000 after stop and the finals', async () => {
    const client = await open();
    for (let at = 0; at < 12_000; at += 1_600) client.send(pcm16(rulerAudio(at, Math.min(1_600, 12_000 - at))));
    client.send({ type: 'stop' });
    expect(await client.closed).toEqual({ code: 1000, reason: '' });
    expect(texts(client, 'final')).toEqual(['0-7999', '8000-11999']);
    expect(client.messages.find(({ type }) => type === 'partial')).toEqual({
      type: 'partial',
      text: expect.stringMatching(/^0-\d+$/),
      ts: { start_s: 0, end_s: expect.any(Number) },
      event: 'ruler',
    });
    expect(client.messages.at(-1)).toEqual({
      type: 'final',
      text: '8000-11999',
      ts: { start_s: 0.5, end_s: 0.75 },
      event: 'ruler',
    });
  });

  it('finalises on flush, drops on reset, and ignores any other text', async () => {
    const client = await open();
    client.send(pcm16(rulerAudio(0, 2_000)));
    for (const ignored of ['hello', '{}', '{"type":"sing"}', '[]', '']) client.send(ignored);
    client.send({ type: 'flush' });
    await client.next('type', ({ type }) => type === 'final');
    client.send(pcm16(rulerAudio(2_000, 2_000)));
    await client.next('type', ({ text }) => text === '2000-3999');
    client.send({ type: 'reset' });
    client.send(pcm16(rulerAudio(4_000, 1_000)));
    client.send({ type: 'stop' });
    expect((await client.closed).code).toBe(1000);
    expect(texts(client, 'final')).toEqual(['0-1999', '4000-4999']);
    expect(texts(client, 'error')).toEqual([]);
  });

  it('joins a sample that two messages share, and ignores an empty message', async () => {
    const client = await open();
    const bytes = pcm16(rulerAudio(0, 1_000));
    for (const [from, to] of [
      [0, 3],
      [3, 3],
      [3, 2_000],
    ] as const)
      client.send(bytes.subarray(from, to));
    client.send({ type: 'stop' });
    await client.closed;
    expect(texts(client, 'final')).toEqual(['0-999']);
  });

  it('resamples from the rate in the query', async () => {
    const client = await open('?sample_rate=8000');
    client.send(new Uint8Array(8_000));
    client.send({ type: 'stop' });
    await client.closed;
    expect(client.messages.at(-1)).toMatchObject({ type: 'final', ts: { start_s: 0, end_s: 0.5 } });
  });

  it.each([
    ['?language=nolanguage', '"language"'],
    ['?sample_rate=fast', '"sample_rate"'],
  ])('tells what is wrong with %s, and closes with 1008', async (query, hint) => {
    const client = await open(query);
    expect((await client.closed).code).toBe(1008);
    expect(client.messages).toEqual([{ type: 'error', error: expect.stringContaining(hint), code: 'bad_value' }]);
  });

  it('tells what is wrong with a message of 20 MB, and closes with 1009', async () => {
    const client = await open();
    client.send(new Uint8Array(20 * 1024 * 1024));
    expect((await client.closed).code).toBe(1009);
    expect(client.messages).toEqual([
      { type: 'error', error: expect.stringContaining('8388608 bytes'), code: 'message_too_big' },
    ]);
  });

  it('uses the language of the query, else the server’s', async () => {
    const asked: (string | undefined)[] = [];
    const engine = new RulerEngine({ sampleRate: testRate });
    const openEngine = engine.open.bind(engine);
    engine.open = (options, signal) => {
      asked.push(options.language, options.model);
      return openEngine(options, signal);
    };
    const other = await startTestGateway({ engine });
    for (const query of ['', '?language=de&model=whisper-1', '?language=auto']) {
      const client = await WireClient.open(other.port, `/ws${query}`);
      client.send({ type: 'stop' });
      await client.closed;
    }
    await other.close();
    expect(asked).toEqual(['sv', 'plain-model', 'de', 'whisper-1', undefined, 'plain-model']);
  });
});
