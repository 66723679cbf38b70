import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { OpenSocket, TranscriptionEvent, TranscriptionOptions, TranscriptionState } from '../src/index.ts';
import { file, fromIterable, LiveTranscription } from '../src/index.ts';
import { arrival, ended } from './support/arrival.ts';
import { Feeder } from './support/feeder.ts';
import { firstWrong, rulerStream } from './support/ruler.ts';
import { WireServer } from './support/wire-server.ts';

const openSocket: OpenSocket = (url, protocols) => new WebSocket(url, protocols);
const rate = 8_000;
const pcm = { encoding: 'pcm16', sampleRate: rate } as const;

let server: WireServer;
beforeEach(async () => {
  server = await new WireServer().listen();
});
afterEach(() => server.stop());

const transcription = (options: Partial<TranscriptionOptions> = {}) =>
  new LiveTranscription({ url: server.url, openSocket, ...options });

const live = (say: Feeder) => fromIterable(say.stream(), { ...pcm, live: true });

async function readAll(feed: AsyncIterable<TranscriptionEvent>): Promise<TranscriptionEvent[]> {
  const read: TranscriptionEvent[] = [];
  for await (const event of feed) read.push(event);
  return read;
}

describe('a transcription', () => {
  it('says what it wants, sends what the source has, and ends when all is said', async () => {
    const states: TranscriptionState[] = [];
    const one = transcription({
      language: 'sv',
      languages: ['sv', 'en'],
      model: 'm',
      prompt: 'Ärtsoppa',
      keywords: ['Skåne'],
      words: true,
      turnDetection: { type: 'server_vad', silenceDurationMs: 300 },
      noiseReduction: 'near_field',
      delay: 'low',
      keepAudio: true,
    });
    one.addEventListener('state', (state) => states.push(state));
    expect(one.state).toBe('idle');
    const session = await one.start(fromIterable(rulerStream(1.2, rate), pcm));
    expect(session).toEqual({ id: server.session.id, engine: 'wire', model: 'm', language: 'en', resumable: true });
    expect(one.session).toBe(session);
    await ended(one);
    expect(server.starts).toEqual([
      {
        action: 'start',
        language: 'sv',
        languages: ['sv', 'en'],
        model: 'm',
        prompt: 'Ärtsoppa',
        keywords: ['Skåne'],
        words: true,
        turn_detection: { type: 'server_vad', silence_duration_ms: 300 },
        noise_reduction: 'near_field',
        delay: 'low',
        keep_audio: true,
        encoding: 'pcm16',
        sample_rate: rate,
        channels: 1,
        resumable: true,
      },
    ]);
    await one.stop();
    expect(firstWrong(server.session.audio)).toBe(-1);
    expect(server.session.audio).toHaveLength(1.2 * rate);
    expect(states).toEqual(['connecting', 'live', 'stopping', 'ended']);
    expect(one.segments.map(({ index, start, end, text, state }) => [index, start, end, text, state])).toEqual([
      [0, 0, 0.5, '0-4000', 'final'],
      [1, 0.5, 1, '4000-8000', 'final'],
      [2, 1, 1.2, '8000-9600', 'final'],
    ]);
    expect(await vi.waitUntil(() => server.closes.at(-1))).toBe(1000);
  });

  it('stops when the last final is there, with what the source has heard so far', async () => {
    const say = new Feeder();
    const one = transcription();
    await one.start(live(say));
    say.samples(rate);
    await arrival(one, 'final', ({ segment }) => segment === 1);
    say.samples(100);
    await arrival(one, 'partial');
    await one.stop();
    expect(server.actions).toEqual([{ action: 'stop' }]);
    expect(one.segments.at(-1)).toMatchObject({ text: '8000-8100', state: 'final' });
    await one.stop();
  });

  it('can be stopped before it has begun, and what was said is not lost', async () => {
    const say = new Feeder();
    const one = transcription();
    say.samples(500);
    const starting = one.start(live(say));
    await arrival(one, 'progress');
    const stopping = one.stop();
    expect(one.state).toBe('stopping');
    await starting;
    await stopping;
    expect(one.segments.map(({ text }) => text)).toEqual(['0-500']);
  });

  it('commits behind the audio that there is', async () => {
    const say = new Feeder();
    const one = transcription();
    await one.start(live(say));
    say.samples(700);
    await arrival(one, 'partial');
    one.commit();
    expect(await arrival(one, 'final')).toMatchObject({ text: '0-700' });
    say.end();
    await ended(one);
  });

  it('takes no audio while paused, lets the time stand still, and finalises what was said', async () => {
    const say = new Feeder();
    const one = transcription();
    await one.start(live(say));
    say.samples(700);
    await arrival(one, 'partial');
    const final = arrival(one, 'final');
    one.pause();
    expect(one.paused).toBe(true);
    expect(await final).toMatchObject({ text: '0-700' });
    say.samples(300);
    await new Promise((resolve) => setImmediate(resolve));
    one.resume();
    say.samples(100);
    say.end();
    await ended(one);
    expect(one.segments.map(({ start, text }) => [start, text])).toEqual([
      [0, '0-700'],
      [700 / rate, '700-800'],
    ]);
    expect(server.session.audio.at(700)?.readInt16LE()).toBe(1_000);
  });

  it('lets a source wait that can: while paused, and while the network is behind', async () => {
    let read = 0;
    async function* endless() {
      for (;;) {
        read += 1;
        yield new Uint8Array(100_000);
      }
    }
    const enough = new AbortController();
    const one = transcription({ signal: enough.signal });
    await one.start(fromIterable(endless(), pcm));
    one.pause();
    await vi.waitFor(() => expect(server.actions).toContainEqual({ action: 'commit' }));
    const before = read;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(read).toBeLessThanOrEqual(before + 1);
    for (const client of server.clients) client.pause();
    one.resume();
    await vi.waitFor(() => expect(read).toBeGreaterThan(before + 10));
    await vi.waitFor(async () => {
      const now = read;
      await new Promise((resolve) => setTimeout(resolve, 120));
      expect(read).toBe(now);
    });
    // What the system's own socket buffers hold, and then 1 MiB that is read ahead.
    expect(read * 100_000).toBeLessThan(40e6);
    enough.abort();
  });

  it('stops a file where it is', async () => {
    const one = transcription();
    server.behaviour = { heard: () => void one.stop() };
    await one.start(file(new File([new Uint8Array(100e6)], 'speech.wav')));
    expect(one.source?.label).toBe('speech.wav');
    await ended(one);
    expect(server.session.audio.length).toBeGreaterThan(0);
    expect(server.session.audio.length).toBeLessThan(50_000);
  });

  it('starts once', async () => {
    const one = transcription();
    await one.start(fromIterable(rulerStream(0.1, rate), pcm));
    await expect(one.start(fromIterable(rulerStream(0.1, rate), pcm))).rejects.toThrow('once');
    await one.stop();
    await transcription().stop();
  });
});

describe('its events', () => {
  it('come to every reader, also to one that comes later, who begins with the segments there are', async () => {
    const say = new Feeder();
    const one = transcription();
    const early = readAll(one);
    await one.start(live(say));
    say.samples(rate * 0.6);
    await arrival(one, 'partial');
    const late = readAll(one);
    say.end();
    const texts = (events: readonly TranscriptionEvent[]) =>
      events.map((event) => ('text' in event ? `${event.kind} ${event.text}` : event.kind));
    expect(texts(await early)).toEqual(['final 0-4000', 'partial 4000-4800', 'final 4000-4800', 'ended']);
    expect(texts(await late)).toEqual(['final 0-4000', 'partial 4000-4800', 'final 4000-4800', 'ended']);
    expect(texts(await readAll(one))).toEqual(['final 0-4000', 'final 4000-4800']);
  });

  it('come to listeners until these are removed; a listener that throws disturbs nobody', async () => {
    const uncaught = vi.fn<(error: unknown) => void>();
    process.once('uncaughtException', uncaught);
    const one = transcription();
    const heard: string[] = [];
    const enough = new AbortController();
    const broken = () => {
      throw new Error('A listener is broken.');
    };
    const twice = ({ text }: { text: string }) => heard.push(`b ${text}`);
    one.addEventListener('final', broken);
    one.addEventListener('final', ({ text }) => heard.push(`a ${text}`), { signal: enough.signal });
    one.addEventListener('final', twice);
    one.addEventListener('final', twice);
    one.addEventListener('final', () => enough.abort());
    one.addEventListener('final', () => one.removeEventListener('final', broken));
    one.addEventListener('final', () => expect.fail('It was aborted before.'), { signal: AbortSignal.abort() });
    await one.start(fromIterable(rulerStream(1, rate), pcm));
    await ended(one);
    expect(heard).toEqual(['a 0-4000', 'b 0-4000', 'b 4000-8000']);
    expect(uncaught).toHaveBeenCalledTimes(1);
  });

  it('show errors that end nothing, notices, and words that come later', async () => {
    const say = new Feeder();
    const one = transcription();
    await one.start(live(say));
    const events = readAll(one);
    const place = { segment: 0, start: 0, end: 0.5 };
    for (const message of [
      { partial: 'a', ...place },
      { error: 'The first could not be transcribed.', code: 'utterance_failed', ...place, seq: 2 },
      { notice: 'Some bytes made no sense.', code: 'damaged', start: 0.4 },
      { error: 'That makes no sense.', code: 'unknown_action' },
      { final: 'b', segment: 1, start: 0.5, end: 1, speaker: 'A', confidence: 0.5, seq: 3 },
      { words: [{ word: 'b', start: 0.5, end: 1 }], segment: 1, seq: 4 },
      // Known already: a server may tell again what it is not sure of.
      { final: 'b', segment: 1, start: 0.5, end: 1, seq: 3 },
      { something: 'new' },
      { ended: true, seq: 5 },
    ]) {
      for (const client of server.clients) client.send(JSON.stringify(message));
    }
    const read = await events;
    expect(one.segments).toEqual([
      { index: 0, start: 0, end: 0.5, text: 'a', state: 'failed' },
      {
        index: 1,
        start: 0.5,
        end: 1,
        text: 'b',
        state: 'final',
        speaker: 'A',
        confidence: 0.5,
        words: [{ word: 'b', start: 0.5, end: 1 }],
      },
    ]);
    expect(read.map((event) => ('code' in event ? event.code : event.kind))).toEqual([
      'partial',
      'utterance_failed',
      'damaged',
      'unknown_action',
      'final',
      'words',
      'ended',
    ]);
  });

  it('are not piled up for ever for a reader who does not read', async () => {
    const one = transcription();
    const reader = one[Symbol.asyncIterator]();
    await one.start(live(new Feeder()));
    for (let segment = 0; segment <= 10_000; segment++) {
      for (const client of server.clients) client.send(`{"notice":"${segment}","code":"x"}`);
    }
    await arrival(one, 'notice', ({ message }) => message === '10000');
    await expect(readAll({ [Symbol.asyncIterator]: () => reader })).rejects.toMatchObject({ code: 'events_not_read' });
    expect(one.state).toBe('live');
    await one.stop();
  });
});

describe('a transcription that fails', () => {
  it('is refused where nobody listens, or where the address is none', async () => {
    for (const url of ['http://127.0.0.1:9', 'gateway', 'ftp://gateway/']) {
      const one = transcription({ url });
      const source = fromIterable(rulerStream(1, rate), pcm);
      const stop = vi.spyOn(source, 'stop');
      await expect(one.start(source)).rejects.toMatchObject({ code: 'connection_refused' });
      expect(one.state).toBe('failed');
      expect(one.error).toMatchObject({ code: 'connection_refused' });
      await vi.waitFor(() => expect(stop).toHaveBeenCalledTimes(1));
      await expect(one.stop()).rejects.toBe(one.error);
      await expect(readAll(one)).rejects.toBe(one.error);
    }
  });

  it('is refused by a server that is full, in its words', async () => {
    server.behaviour = { refuse: () => ({ code: 'engine_busy', close: 1013 }) };
    const one = transcription();
    const told = arrival(one, 'error');
    await expect(one.start(live(new Feeder()))).rejects.toMatchObject({
      code: 'engine_busy',
      message: 'It says no.',
      retryable: true,
    });
    expect(await told).toMatchObject({ code: 'engine_busy', fatal: true });
    expect(server.starts).toHaveLength(1);
  });

  it('is told of an answer that makes no sense', async () => {
    const one = transcription();
    await one.start(live(new Feeder()));
    for (const client of server.clients) client.send('<html>');
    await expect(one.stop()).rejects.toMatchObject({ code: 'bad_answer' });
  });

  it('has its last words all the same when the source breaks', async () => {
    async function* breaking() {
      yield* rulerStream(0.7, rate);
      throw new Error('The cable is out.');
    }
    const one = transcription();
    const told: unknown[] = [];
    one.addEventListener('error', ({ code, fatal }) => told.push([code, fatal]));
    await one.start(fromIterable(breaking(), pcm));
    await expect(readAll(one)).rejects.toMatchObject({
      code: 'source_failed',
      cause: { message: 'The cable is out.' },
    });
    expect(one.segments.map(({ text }) => text)).toEqual(['0-4000', '4000-5600']);
    expect(told).toEqual([['source_failed', true]]);
    expect(one.state).toBe('failed');
  });

  it('ends with the reason of the signal, before it began and after', async () => {
    const reason = new Error('enough');
    const never = transcription({ signal: AbortSignal.abort(reason) });
    await expect(never.start(live(new Feeder()))).rejects.toBe(reason);
    expect(server.starts).toEqual([]);

    const abort = new AbortController();
    const one = transcription({ signal: abort.signal });
    await one.start(live(new Feeder()));
    const reading = readAll(one);
    abort.abort(reason);
    await expect(reading).rejects.toBe(reason);
    await expect(one.stop()).rejects.toBe(reason);
    expect([one.state, one.error]).toEqual(['ended', undefined]);
    // Goodbye: the server need not wait.
    expect(await vi.waitUntil(() => server.closes.at(-1))).toBe(1000);
  });
});

describe('tokens', () => {
  it('go with the socket, and are fetched again when the server says that they have expired', async () => {
    let fetched = 0;
    const token = async () => `t${++fetched}`;
    server.behaviour = {
      refuse: (_start, given) => (given === 't1' ? { code: 'token_expired', close: 1008 } : undefined),
    };
    const say = new Feeder();
    const one = transcription({ token });
    await one.start(live(say));
    expect(server.tokens).toEqual(['t1', 't2']);
    // One that does is kept.
    server.cut();
    await arrival(one, 'state', (state) => state === 'live');
    expect(server.tokens).toEqual(['t1', 't2', 't2']);
    // In the middle of a session.
    for (const client of server.clients) {
      client.send('{"error":"The token has expired.","code":"token_expired"}');
      client.close(1008);
    }
    say.samples(100);
    await arrival(one, 'state', (state) => state === 'live');
    expect(server.tokens).toEqual(['t1', 't2', 't2', 't3']);
    await one.stop();
    expect(one.segments.map(({ text }) => text)).toEqual(['0-100']);
  });

  it.each([
    ['one that never does', 'fixed', 1],
    ['a second one that does not do either', () => 'again', 2],
  ])('%s is an error', async (_name, token, times) => {
    server.behaviour = { refuse: () => ({ code: 'unauthorized', close: 1008 }) };
    await expect(transcription({ token }).start(live(new Feeder()))).rejects.toMatchObject({ code: 'unauthorized' });
    expect(server.tokens).toHaveLength(times);
  });

  it('that cannot be fetched are an error', async () => {
    const token = () => {
      throw new Error('The kiosk is closed.');
    };
    await expect(transcription({ token }).start(live(new Feeder()))).rejects.toMatchObject({
      code: 'token_unavailable',
      cause: { message: 'The kiosk is closed.' },
    });
  });

  it('are not sent where there are none', async () => {
    const one = transcription();
    await one.start(live(new Feeder()));
    expect(server.tokens).toEqual([undefined]);
    await one.stop();
  });
});
