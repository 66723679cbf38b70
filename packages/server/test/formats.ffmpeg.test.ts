import { correlation, seeded, speak, speechRate, wavBytes } from '@live-transcribe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeByFfmpeg, encode, type Format, formats } from './formats.ts';
import { TapeEngine } from './tape-engine.ts';
import { startTestGateway } from './test-gateway.ts';
import { type Message, WireClient } from './wire-client.ts';

type Gateway = Awaited<ReturnType<typeof startTestGateway>>;

let spoken: Uint8Array;
beforeAll(async () => {
  spoken = wavBytes(await speak('Any audio is welcome here.'), speechRate);
});

/** One gateway for each rate: an engine that hears at the rate of the source shows the samples before any resampling. */
const gateways = new Map<number, { readonly gateway: Gateway; readonly engine: TapeEngine }>();

async function gatewayFor(rate: number) {
  const known = gateways.get(rate);
  if (known) return known;
  const engine = new TapeEngine(rate);
  const opened = { gateway: await startTestGateway({ engine }), engine };
  gateways.set(rate, opened);
  return opened;
}

afterAll(async () => {
  for (const { gateway } of gateways.values()) await gateway.close();
});

/** What the engine behind the real server hears of these bytes, sent in messages of any size. */
async function through(bytes: Uint8Array, rate: number, seed: number, declared: object = {}) {
  const { gateway, engine } = await gatewayFor(rate);
  const client = await WireClient.open(gateway.port, '/v1/transcriptions');
  client.send({ action: 'start', ...declared });
  const random = seeded(seed);
  for (let at = 0; at < bytes.length; ) {
    const length = 1 + Math.floor(random() ** 2 * 8_000);
    client.send(bytes.subarray(at, at + length));
    at += length;
  }
  client.send({ action: 'stop' });
  const { code } = await client.closed;
  const odd = client.messages.filter((message: Message) => 'error' in message || 'notice' in message);
  return { samples: engine.heard(), code, odd };
}

/** The largest difference in steps of 16 bits; what is clipped is clipped in both. */
function worstDifference(ours: Int16Array, reference: Float64Array): number {
  let worst = 0;
  for (const [i, sample] of ours.entries()) {
    const expected = Math.min(32_767, Math.max(-32_768, reference[i] ?? Number.NaN));
    worst = Math.max(worst, Math.abs(sample - expected));
  }
  return worst;
}

const cases = formats.flatMap((format) =>
  format.rates.flatMap((rate) =>
    format.channels.map((channels) => ({
      format,
      name: format.name,
      rate,
      channels,
      decoded: format.decodedAt ?? rate,
    })),
  ),
);

describe('every format through the server is what ffmpeg decodes', () => {
  it.each(cases)('$name, $rate Hz, $channels channels', async ({ format, rate, channels, decoded }) => {
    const bytes = encode(format, rate, channels, spoken);
    const reference = decodeByFfmpeg(format, decoded, channels, bytes);
    const { samples, code, odd } = await through(bytes, decoded, rate + channels, format.declare?.(rate, channels));
    expect(odd).toEqual([]);
    expect(code).toBe(1000);
    checkSound(format, samples, reference, decoded);
  });
});

function checkSound(format: Format, samples: Int16Array, reference: Float64Array, rate: number): void {
  expect(reference.length).toBeGreaterThan(rate);
  if (format.lossless) {
    expect(samples.length).toBe(reference.length);
    // Half a step is what rounding to 16 bits takes, and a little what rounding the average of floats does.
    expect(worstDifference(samples, reference)).toBeLessThanOrEqual(0.51);
    return;
  }
  expect(Math.abs(samples.length - reference.length) / rate).toBeLessThanOrEqual(0.02);
  expect(correlation(samples, reference)).toBeGreaterThan(0.99);
}
