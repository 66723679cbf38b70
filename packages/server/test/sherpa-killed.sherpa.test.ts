import { joinSamples, msToSamples } from '@live-transcribe/audio';
import type { EngineEvent } from '@live-transcribe/core';
import { createSherpaEngine, readModel, sherpaMissing } from '@live-transcribe/engine-sherpa';
import {
  childProcesses,
  describeWith,
  recognise,
  seeded,
  speak,
  speechToolsMissing,
  type TinyModel,
  tinyModel,
  wordErrorRate,
} from '@live-transcribe/testkit';
import { afterEach, expect, it } from 'vitest';
import { type NotedConnection, NotingEngine } from './support/noting-engine.ts';
import { startTestGateway } from './test-gateway.ts';
import { pcm16, WireClient } from './wire-client.ts';

/** Hz. */
const rate = 16_000;
const phrases = ['three seven sixty one', 'hello stop left right', 'yes four eight no'];

function engineOf(name: TinyModel) {
  const model = readModel(tinyModel(name));
  if ('invalid' in model) throw new Error(model.invalid);
  return createSherpaEngine({ model, processes: 1, warn: () => undefined });
}

/** Speech on noise that nobody hears, so that no second of it is like another: what was given tells where it stands. */
async function spoken(random: () => number): Promise<Int16Array> {
  const parts = await Promise.all(phrases.map((text) => speak(text, { leadMs: 1_000 + Math.floor(random() * 500) })));
  return joinSamples([...parts, new Int16Array(rate)]).map((sample) => sample + Math.floor(random() * 5) - 2);
}

/**
 * `samples` in one session through the socket. Its n-th recogniser is killed once it has been given `moments[n]` samples, at the
 * latest when it is told that no more comes.
 */
async function killedAt(moments: readonly number[], samples: Int16Array, name: TinyModel) {
  const bystanders = childProcesses();
  const left = new Map(moments.entries());
  const engine = new NotingEngine(engineOf(name), (connection, given) => {
    const moment = left.get(connection);
    if (moment === undefined || (given !== 'all' && given < moment)) return;
    left.delete(connection);
    for (const id of childProcesses()) if (!bystanders.includes(id)) process.kill(id, 'SIGKILL');
  });
  const gateway = await startTestGateway({ engine });
  try {
    const client = await WireClient.open(gateway.port, '/v1/transcriptions');
    client.send({ action: 'start', language: 'en', encoding: 'pcm16', sample_rate: rate });
    for (let at = 0; at < samples.length; at += 1_000) client.send(pcm16(samples.subarray(at, at + 1_000)));
    client.send({ action: 'stop' });
    const { code } = await client.closed;
    expect(client.all('error')).toEqual([]);
    expect(code).toBe(1000);
    expect(left.size, 'recognisers that were not killed').toBe(0);
    return { finals: client.messages.filter((message) => 'final' in message), connections: engine.connections };
  } finally {
    await gateway.close();
  }
}

interface Said {
  readonly text: string;
  /** In ms. */
  readonly start: number;
  readonly end: number;
}

const saidIn = (events: readonly EngineEvent[]): Said[] =>
  events.flatMap((event) => {
    if (event.kind !== 'utterance' || event.text === '') return [];
    return [{ text: event.text, start: event.start, end: event.end }];
  });

/**
 * Expects that each connection began with the very sample before which those before it had settled all, and said of it what a
 * recogniser says that nobody disturbs. Answers what was said of all the samples, each of which one connection has settled.
 */
async function expectSettledOnce(
  connections: readonly NotedConnection[],
  samples: Int16Array,
  undisturbed: (samples: Int16Array) => Promise<readonly EngineEvent[]>,
): Promise<Said[]> {
  const all: Said[] = [];
  let from = 0;
  for (const [index, connection] of connections.entries()) {
    const story = `connection ${index}, from sample ${from}`;
    const given = samples.subarray(from, from + connection.samples.length);
    expect(Buffer.compare(pcm16(connection.samples), pcm16(given)), story).toBe(0);
    const said = saidIn(connection.events);
    const whole = saidIn(await undisturbed(samples.subarray(from)));
    expect(said, story).toEqual(index < connections.length - 1 ? whole.slice(0, said.length) : whole);
    const settled = msToSamples(connection.settled, rate);
    for (const { text, start, end } of said) {
      expect(msToSamples(end, rate), `${story}: ${text}`).toBeLessThanOrEqual(settled);
      all.push({ text, start: (from / rate) * 1000 + start, end: (from / rate) * 1000 + end });
    }
    from += settled;
  }
  expect(from).toBe(samples.length);
  return all;
}

describeWith([speechToolsMissing(), sherpaMissing()], 'a recogniser that is killed', { timeout: 120_000 }, () => {
  afterEach(() => expect(childProcesses()).toEqual([]));

  const models = ['tiny-streaming', 'tiny-transducer', 'tiny-offline'] as const;
  const cases = models.flatMap((name, index) => [
    { name, seed: 10 * index + 1, when: 'twice while somebody speaks', share: 1 },
    { name, seed: 10 * index + 2, when: 'twice while somebody speaks', share: 1 },
    { name, seed: 10 * index + 3, when: 'as it finishes', share: Number.POSITIVE_INFINITY },
  ]);

  it.each(cases)('$when, costs no sample and doubles none: $name, seed $seed', async ({ name, seed, share }) => {
    const random = seeded(seed);
    const samples = await spoken(random);
    const moments = [share, 0.6].map((most) => Math.ceil(random() * samples.length * most));
    const alone = engineOf(name);
    try {
      const undisturbed = async (part: Int16Array) => {
        const options = { language: 'en', model: '', prompt: undefined, words: false };
        return recognise(await alone.open(options, new AbortController().signal), part);
      };
      await undisturbed(samples.subarray(0, rate));
      const { finals, connections } = await killedAt(moments, samples, name);
      const said = await expectSettledOnce(connections, samples, undisturbed);
      expect(finals.map(({ final }) => final)).toEqual(said.map(({ text }) => text));
      for (const [index, { start, end }] of finals.entries()) {
        expect(Number(start)).toBeCloseTo((said[index]?.start ?? Number.NaN) / 1000, 2);
        expect(Number(end)).toBeCloseTo((said[index]?.end ?? Number.NaN) / 1000, 2);
        expect(Number(start)).toBeGreaterThanOrEqual(Number(finals[index - 1]?.end ?? 0));
      }
      const text = said.map((final) => final.text).join(' ');
      expect(wordErrorRate(phrases.join(' '), text).rate, text).toBeLessThanOrEqual(0.1);
    } finally {
      await alone.close();
    }
  });
});
