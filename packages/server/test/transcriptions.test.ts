import { rulerAudio, wavBytes } from '@live-transcribe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, testRate } from './test-gateway.ts';
import { pcm16, WireClient } from './wire-client.ts';

const path = '/v1/transcriptions';
const start = { action: 'start', encoding: 'pcm16', sample_rate: 16_000 };
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('WS /v1/transcriptions', () => {
  let gateway: Awaited<ReturnType<typeof startTestGateway>>;
  beforeAll(async () => {
    gateway = await startTestGateway();
  });
  afterAll(() => gateway.close());

  const open = () => WireClient.open(gateway.port, path);
  const started = async (members: object = {}) => {
    const client = await open();
    client.send({ ...start, ...members });
    await client.next('session_id');
    return client;
  };

  it('answers the start, tells partials and finals, and after stop the remaining final, the end and close 1000', async () => {
    const client = await started({ language: 'en' });
    expect(client.messages[0]).toEqual({
      session_id: expect.stringMatching(uuid),
      engine: 'ruler',
      model: 'gateway-model',
      language: 'en',
    });
    for (let at = 0; at < 20_000; at += 1_600) client.send(pcm16(rulerAudio(at, Math.min(1_600, 20_000 - at))));
    client.send({ action: 'stop' });
    expect(await client.closed).toEqual({ code: 1000, reason: '' });
    expect(client.all('final')).toEqual(['0-7999', '8000-15999', '16000-19999']);
    expect(await client.next('final', ({ segment }) => segment === 1)).toMatchObject({ start: 0.5, end: 1 });
    expect(client.all('partial').length).toBeGreaterThan(0);
    expect(client.messages.at(-1)).toEqual({ ended: true, duration: 1.25, segments: 3 });
  });

  it('takes all defaults from a start that names nothing else', async () => {
    const client = await open();
    client.send({ action: 'start' });
    expect(await client.next('session_id')).toMatchObject({ language: 'en', model: 'gateway-model' });
    client.send({ action: 'stop' });
    await client.closed;
  });

  it('finalises on commit without an end, and drops on clear what is not final', async () => {
    const client = await started();
    client.send(pcm16(rulerAudio(0, 3_000)));
    client.send({ action: 'commit' });
    await client.next('final', ({ final }) => final === '0-2999');
    client.send(pcm16(rulerAudio(3_000, 3_000)));
    await client.next('partial', ({ partial }) => partial === '3000-5999');
    client.send({ action: 'clear' });
    client.send(pcm16(rulerAudio(6_000, 1_000)));
    client.send({ action: 'stop' });
    await client.closed;
    expect(client.all('final')).toEqual(['0-2999', '6000-6999']);
  });

  it('joins a sample that two messages share, and ignores an empty message', async () => {
    const client = await started();
    const bytes = pcm16(rulerAudio(0, 3_000));
    for (const [from, to] of [
      [0, 1],
      [1, 1],
      [1, 2_001],
      [2_001, 2_001],
      [2_001, 6_000],
    ] as const) {
      client.send(bytes.subarray(from, to));
    }
    client.send({ action: 'stop' });
    await client.closed;
    expect(client.all('final')).toEqual(['0-2999']);
  });

  it.each([
    ['is not JSON', 'hello', 'bad_message'],
    ['is JSON of another kind', '[]', 'bad_message'],
    ['is empty', '', 'bad_message'],
    ['has an unknown action', { action: 'sing' }, 'not_started'],
    ['has no action', { language: 'en' }, 'not_started'],
    ['names a language that is none', { action: 'start', language: 'xx-nowhere' }, 'bad_value'],
    ['names a rate that is none', { action: 'start', sample_rate: 1 }, 'bad_value'],
    ['is audio', pcm16(rulerAudio(0, 100)), 'not_started'],
    ['is empty audio', new Uint8Array(0), 'not_started'],
    ['asks for more than Opus has', { action: 'start', encoding: 'opus', channels: 8 }, 'unsupported_audio'],
  ])('closes with 1008 and a sentence when the first message %s', async (_, message, code) => {
    const client = await open();
    client.send(message);
    const { code: closeCode, reason } = await client.closed;
    expect(closeCode).toBe(1008);
    expect(client.messages).toEqual([{ error: expect.stringMatching(/\w+ .*\.$/), code }]);
    expect(reason.length).toBeGreaterThan(0);
  });

  it.each([
    ['a second start', start, 'already_started'],
    ['an unknown action', { action: 'sing' }, 'unknown_action'],
    ['a text that is not JSON', 'hello', 'bad_message'],
  ])('answers %s in the middle by an error, and loses nothing', async (_, message, code) => {
    const client = await started();
    client.send(pcm16(rulerAudio(0, 1_000)));
    client.send(message);
    client.send(pcm16(rulerAudio(1_000, 1_000)));
    client.send({ action: 'stop' });
    expect((await client.closed).code).toBe(1000);
    expect(client.messages).toContainEqual({ error: expect.any(String), code });
    expect(client.all('final')).toEqual(['0-1999']);
  });

  it.each([
    ['before the start', false],
    ['after the start', true],
  ])('tells what is wrong with a message of 20 MB %s, and closes with 1009', async (_, afterStart) => {
    const client = afterStart ? await started() : await open();
    if (afterStart) client.send(pcm16(rulerAudio(0, 1_000)));
    client.send(new Uint8Array(20 * 1024 * 1024));
    expect((await client.closed).code).toBe(1009);
    expect(client.messages).toContainEqual({
      error: expect.stringContaining('8388608 bytes'),
      code: 'message_too_big',
    });
  });

  it('tells a client that sends a text which is not UTF-8, and closes with 1007', async () => {
    const client = await open();
    client.socket.send(Buffer.from([0xc3, 0x28]), { binary: false });
    expect((await client.closed).code).toBe(1007);
    expect(client.all('code')).toEqual(['bad_message']);
  });

  it('names the format and the way out when the bytes are a container it does not decode', async () => {
    const client = await started();
    // An MP4 whose samples come before the box that describes them.
    client.send(Buffer.concat([box('ftyp', 'isom\0\0\0\0'), box('mdat', 'x'.repeat(900))]));
    expect((await client.closed).code).toBe(1008);
    expect(client.messages).toContainEqual({
      error: expect.stringMatching(/MP4.*faststart/),
      code: 'unsupported_audio',
    });
  });

  it('tells what is odd about the audio, and goes on', async () => {
    const client = await started({ encoding: 'pcm16', sample_rate: testRate });
    const samples = rulerAudio(0, 8_000);
    client.send(wavBytes(samples, testRate));
    expect(await client.next('notice')).toEqual({
      notice: expect.stringMatching(/declared as pcm16, but its bytes are WAV/),
      code: 'format_differs',
      start: 0,
    });
    client.send({ action: 'stop' });
    expect((await client.closed).code).toBe(1000);
    expect(client.all('final')).toEqual(['0-7999']);
  });
});

function box(name: string, body: string): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(8 + body.length);
  return Buffer.concat([size, Buffer.from(name + body)]);
}
