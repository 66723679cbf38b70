import { createPocketSphinxEngine, findPocketSphinx } from '@live-transcribe/engine-pocketsphinx';
import { describeWith, speak, speechRate, speechToolsMissing, wavBytes, wordErrorRate } from '@live-transcribe/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encode, formats } from './formats.ts';
import { startTestGateway } from './test-gateway.ts';
import { WireClient } from './wire-client.ts';

const found = findPocketSphinx();
const missing = [speechToolsMissing(), 'missing' in found ? found.missing : undefined];

const spoken = [
  'The meeting will start in ten minutes.',
  'The children are playing in the garden.',
  'Turn off the lights in the living room.',
  'Thank you very much for your help.',
  'She opened the window to let in some fresh air.',
  'He walked slowly down the long and empty street.',
  'Please call me back before the end of the day.',
].join(' ');

/** What clients really send: the rate and the channels that each of these usually has. */
const usual: Readonly<Record<string, readonly [rate: number, channels: number]>> = {
  'raw pcm16be': [24_000, 1],
  'raw pcm_f32': [48_000, 2],
  'WAV, 24 bits': [44_100, 2],
  'CAF, 16 bits': [44_100, 1],
  FLAC: [44_100, 2],
  'Ogg/FLAC': [48_000, 1],
  'WebM/Opus': [48_000, 2],
  'Ogg/Opus': [48_000, 1],
  'MP4/Opus': [48_000, 2],
  'WebM/Vorbis': [48_000, 1],
  'Ogg/Vorbis': [44_100, 2],
  'MP4/AAC, fragmented': [48_000, 1],
  'M4A/AAC, faststart': [44_100, 2],
  ADTS: [44_100, 1],
  MP3: [44_100, 2],
};

describeWith(missing, 'words in every format through the embedded recogniser', {}, () => {
  let gateway: Awaited<ReturnType<typeof startTestGateway>>;
  let speech: Uint8Array;
  let plain: number;

  beforeAll(async () => {
    if ('missing' in found) throw new Error(found.missing);
    const engine = createPocketSphinxEngine({ files: found, warn: () => undefined });
    gateway = await startTestGateway({ engine });
    const samples = await speak(spoken, { leadMs: 500, trailMs: 1_000 });
    speech = wavBytes(samples, speechRate);
    plain = await wordErrors(new Uint8Array(samples.buffer), { encoding: 'pcm16', sample_rate: speechRate });
  });
  afterAll(() => gateway.close());

  /** The word error rate of these bytes, sent as fast as the server takes them. */
  async function wordErrors(bytes: Uint8Array, declared: object = {}): Promise<number> {
    const client = await WireClient.open(gateway.port, '/v1/transcriptions');
    client.send({ action: 'start', ...declared });
    for (let at = 0; at < bytes.length; at += 3_000) client.send(bytes.subarray(at, at + 3_000));
    client.send({ action: 'stop' });
    expect((await client.closed).code).toBe(1000);
    expect(client.all('error')).toEqual([]);
    return wordErrorRate(spoken, client.all('final').join(' ')).rate;
  }

  it.each(Object.entries(usual))('%s costs no more than two words in a hundred', async (name, [rate, channels]) => {
    const format = formats.find((candidate) => candidate.name === name);
    if (!format) throw new Error(`There is no format "${name}".`);
    const bytes = encode(format, rate, channels, speech);
    const errors = await wordErrors(bytes, format.declare?.(rate, channels));
    expect(plain).toBeLessThan(0.1);
    expect(errors).toBeLessThanOrEqual(plain + 0.02);
  });
});
