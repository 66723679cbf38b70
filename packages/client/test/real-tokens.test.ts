import { RulerEngine, rulerAudio } from '@live-transcribe/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { fromIterable, LiveTranscription, type OpenSocket, type Token, watch } from '../src/index.ts';
import { RealGateway } from './support/real-gateway.ts';

/** Hz. */
const rate = 16_000;
const key = 'key-of-the-web-app';

let gateway: RealGateway;
const sockets: WebSocket[] = [];
const openSocket: OpenSocket = (url, protocols) => {
  const socket = new WebSocket(url, protocols);
  sockets.push(socket);
  return socket;
};

beforeEach(async () => {
  sockets.length = 0;
  const engine = () => new RulerEngine({ sampleRate: rate, utteranceMs: 100 });
  gateway = await RealGateway.start(engine, { API_KEYS: `web=${key}` });
});
afterEach(() => gateway.close());

/** As a web app's own server asks for one. */
async function mint(wishes: object): Promise<string> {
  const response = await fetch(new URL('/v1/tokens', gateway.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(wishes),
  });
  return (await response.json()).token;
}

async function* speech(pieces: number, before: (piece: number) => Promise<unknown> = async () => undefined) {
  for (let piece = 0; piece < pieces; piece++) {
    await before(piece);
    yield new Uint8Array(rulerAudio(piece * 1_600, 1_600).buffer);
  }
}

const source = (audio: AsyncIterable<Uint8Array>) => fromIterable(audio, { encoding: 'pcm16', sampleRate: rate });
const becomes = (live: LiveTranscription, wanted: string) =>
  new Promise<void>((resolve) => live.addEventListener('state', (state) => state === wanted && resolve()));

describe('the SDK at a server that wants to know who comes', () => {
  it('is refused without a token, and with a wrong one, by an error that says so', async () => {
    for (const token of [undefined, 'wrong']) {
      const live = new LiveTranscription({ url: gateway.url, openSocket, ...(token && { token }) });
      await expect(live.start(source(speech(1)))).rejects.toMatchObject({ code: 'unauthorized', retryable: false });
    }
  });

  it('fetches another token when it comes back after the first has expired, and loses nothing', async () => {
    const given: string[] = [];
    const token: Token = async () => {
      // The first one is good for a second.
      const minted = await mint({ expires_in: given.length === 0 ? 1 : 60 });
      given.push(minted);
      return minted;
    };
    const live = new LiveTranscription({ url: gateway.url, openSocket, token });
    const begun = becomes(live, 'live');
    const regained = becomes(live, 'reconnecting').then(() => becomes(live, 'live'));
    const expired = async () => {
      await begun;
      const { exp } = JSON.parse(Buffer.from(given[0]?.split('.')[1] ?? '', 'base64url').toString());
      await expect.poll(() => Date.now() / 1000 > exp + 1, { timeout: 10_000 }).toBe(true);
      sockets.at(-1)?.terminate();
      await regained;
    };
    const ended = becomes(live, 'ended');
    await live.start(source(speech(20, async (piece) => piece === 10 && expired())));
    await ended;
    expect(given.length).toBeGreaterThan(1);
    expect(live.error).toBeUndefined();
    const texts = live.segments.map(({ text }) => text);
    expect(texts[0]).toMatch(/^0-/);
    expect(texts.at(-1)).toMatch(/-31999$/);
  });

  it('follows one session with a token that is for nothing else', async () => {
    const live = new LiveTranscription({ url: gateway.url, openSocket, token: () => mint({}) });
    await live.start(source(speech(10)));
    const session = live.session?.id ?? '';
    const token = await mint({ scopes: ['watch'], session_id: session });
    const watched = watch({ url: gateway.url, session, token });
    await live.stop();
    for await (const event of watched) if (event.kind === 'ended') break;
    expect(watched.segments.map(({ text }) => text)).toEqual(live.segments.map(({ text }) => text));
    const other = new LiveTranscription({ url: gateway.url, openSocket, token });
    await expect(other.start(source(speech(1)))).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('is told that the server is full', async () => {
    await gateway.close();
    const engine = () => new RulerEngine({ sampleRate: rate, utteranceMs: 100 });
    gateway = await RealGateway.start(engine, { MAX_SESSIONS: '1' });
    const first = new LiveTranscription({ url: gateway.url, openSocket });
    let saidAll = () => {};
    const more = new Promise<void>((resolve) => (saidAll = resolve));
    await first.start(source(speech(2, async (piece) => piece === 1 && more)));
    const second = new LiveTranscription({ url: gateway.url, openSocket });
    await expect(second.start(source(speech(1)))).rejects.toMatchObject({ code: 'too_many_sessions', retryable: true });
    saidAll();
    await first.stop();
  });
});
