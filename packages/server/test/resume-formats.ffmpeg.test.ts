import { correlation, ffmpeg, speak, speechRate, wavBytes } from '@live-transcribe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TapeEngine } from './tape-engine.ts';
import { startTestGateway } from './test-gateway.ts';
import { WireClient } from './wire-client.ts';

/** Hz, of the engine. */
const rate = 24_000;
const path = '/v1/transcriptions';

/** Of raw audio. */
const pieceMs = 20;

/** Raw audio in pieces of 20 ms; or a container in any pieces, after its header. */
interface Recording {
  readonly header?: Uint8Array;
  readonly pieces: readonly Uint8Array[];
}

let wav: Uint8Array;
const engine = new TapeEngine(rate);
let gateway: Awaited<ReturnType<typeof startTestGateway>>;
beforeAll(async () => {
  wav = wavBytes(
    await speak('Whoever loses the line comes back to the same words, and no sound is heard twice.'),
    speechRate,
  );
  gateway = await startTestGateway({ engine });
});
afterAll(() => gateway.close());

const by = (...args: readonly string[]) => ffmpeg(['-i', 'pipe:0', '-ac', '1', ...args, 'pipe:1'], wav);

/** At a rate that has to be resampled. */
function pcm(): Recording {
  const bytes = by('-ar', '44100', '-f', 's16le');
  const piece = (pieceMs * 44_100 * 2) / 1000;
  const count = Math.ceil(bytes.length / piece);
  return { pieces: Array.from({ length: count }, (_, index) => bytes.subarray(index * piece, (index + 1) * piece)) };
}

/** The packets of 20 ms that an Ogg stream with one on each page has. */
function opus(): Recording {
  const ogg = by('-c:a', 'libopus', '-ar', '24000', '-b:a', '32k', '-page_duration', '20000', '-f', 'ogg');
  const pages: Buffer[] = [];
  for (let at = 0; at < ogg.length; ) {
    const segments = ogg[at + 26] ?? 0;
    const lengths = ogg.subarray(at + 27, at + 27 + segments);
    const body = at + 27 + segments;
    const end = body + lengths.reduce((sum, length) => sum + length, 0);
    pages.push(ogg.subarray(body, end));
    at = end;
  }
  // Before the packets stand the head and the tags.
  return { pieces: pages.slice(2) };
}

/** Clusters, and before them what begins a file. */
function webm(): Recording {
  const file = by(
    '-c:a',
    'libopus',
    '-ar',
    '48000',
    '-b:a',
    '64k',
    '-live',
    '1',
    '-cluster_time_limit',
    '200',
    '-f',
    'webm',
  );
  const starts: number[] = [];
  const id = Buffer.from([0x1f, 0x43, 0xb6, 0x75]);
  for (let at = file.indexOf(id); at !== -1; at = file.indexOf(id, at + 1)) starts.push(at);
  const pieces = starts.map((start, index) => file.subarray(start, starts[index + 1]));
  return { header: file.subarray(0, starts[0]), pieces };
}

async function through(recording: Recording, start: object, losses: readonly number[]): Promise<Int16Array> {
  const { header, pieces } = recording;
  let client = await WireClient.open(gateway.port, path);
  client.send({ action: 'start', ...start, resumable: true });
  const { session_id } = await client.next('session_id');
  if (header) client.send(header);
  for (let index = 0; index < pieces.length; index += 1) {
    client.send(pieces[index] ?? '');
    if (!losses.includes(index)) continue;
    for (let turns = 0; turns < index; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    client.socket.terminate();
    await client.closed;
    client = await WireClient.open(gateway.port, path);
    // From where the recorder began; else from half a second before, which is more than any decoder needs to run in.
    const again = header ? 0 : Math.max(0, index - 26 - (index % 2));
    const from = (again * pieceMs) / 1000;
    client.send({ action: 'start', ...start, resume: { session_id, from, after: 1 } });
    if (header) client.send(header);
    for (const piece of pieces.slice(again, index + 1)) client.send(piece);
  }
  client.send({ action: 'stop' });
  expect((await client.closed).code).toBe(1000);
  expect(client.all('error')).toEqual([]);
  expect(client.all('notice')).toEqual([]);
  return engine.heard();
}

const kinds = [
  { name: 'raw PCM at 44.1 kHz', record: pcm, start: { encoding: 'pcm16', sample_rate: 44_100 }, exact: true },
  { name: 'raw Opus', record: opus, start: { encoding: 'opus' }, exact: false },
  { name: 'WebM', record: webm, start: {}, exact: true },
];

describe('a client that comes back with the same audio in another connection', () => {
  it.each(kinds)('is heard as if it had never left: $name', async ({ record, start, exact }) => {
    const recording = record();
    const { length } = recording.pieces;
    const whole = await through(recording, start, []);
    const losses = [0.1, 0.35, 0.6, 0.85].map((part) => Math.floor(length * part));
    const connections = engine.connections;
    const resumed = await through(recording, start, losses);
    expect(engine.connections).toBe(connections + 1);
    expect(whole.length / rate).toBeGreaterThan(3);
    expect(resumed.length).toBe(whole.length);
    // The Opus decoder remembers more than it needs: what it makes of the same packets is not the same to the last bit.
    if (exact) expect(Buffer.compare(Buffer.from(resumed.buffer), Buffer.from(whole.buffer))).toBe(0);
    else expect(correlation(resumed, Float64Array.from(whole))).toBeGreaterThan(0.9999);
  });
});
