import { mutate, seeded, speak, speechRate, wavBytes } from '@live-transcribe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encode, formats } from './formats.ts';
import { TapeEngine } from './tape-engine.ts';
import { startTestGateway } from './test-gateway.ts';
import { WireClient } from './wire-client.ts';

/** One of each decoder. */
const names = ['WebM/Opus', 'Ogg/Opus', 'Ogg/Vorbis', 'MP3', 'FLAC', 'MP4/AAC, fragmented', 'WAV, 16 bits'];
const rate = 48_000;
const badClients = 12;

let spoken: Uint8Array;
beforeAll(async () => {
  spoken = wavBytes(await speak('My neighbours are noisy.'), speechRate);
});

function* pieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('a client beside clients that send broken audio of the same format', () => {
  let gateway: Awaited<ReturnType<typeof startTestGateway>>;
  let engine: TapeEngine;
  beforeAll(async () => {
    engine = new TapeEngine(rate);
    gateway = await startTestGateway({ engine });
  });
  afterAll(() => gateway.close());

  async function start(): Promise<WireClient> {
    const client = await WireClient.open(gateway.port, '/v1/transcriptions');
    client.send({ action: 'start' });
    await client.next('session_id');
    return client;
  }

  async function stopped(client: WireClient): Promise<number> {
    client.send({ action: 'stop' });
    return (await client.closed).code;
  }

  it.each(names)('hears every sample of %s as if it were alone', async (name) => {
    const format = formats.find((candidate) => candidate.name === name);
    if (!format) throw new Error(`There is no format "${name}".`);
    const bytes = encode(format, rate, 1, spoken);
    const alone = await start();
    for (const piece of pieces(bytes, 1_000)) alone.send(piece);
    expect(await stopped(alone)).toBe(1000);
    const expected = engine.heard();
    expect(expected.length).toBeGreaterThan(rate);

    const place = engine.connections;
    const good = await start();
    const bad = await Promise.all(Array.from({ length: badClients }, start));
    const broken = bad.map((_, seed) => [...pieces(mutate(seeded(seed), bytes), 1_000)]);
    for (const [i, piece] of [...pieces(bytes, 1_000)].entries()) {
      good.send(piece);
      for (const [n, client] of bad.entries()) client.send(broken[n]?.[i] ?? new Uint8Array(0));
    }
    const codes = await Promise.all([good, ...bad].map(stopped));
    expect(codes[0]).toBe(1000);
    // Each of the others is heard out or refused, and told so; none is cut off.
    expect(codes.filter((code) => code !== 1000 && code !== 1008)).toEqual([]);
    expect(Buffer.compare(bytesOf(engine.heard(place)), bytesOf(expected))).toBe(0);
  });
});

const bytesOf = (samples: Int16Array): Uint8Array => new Uint8Array(samples.buffer, 0, samples.byteLength);
