import { sherpaMissing } from '@live-transcribe/engine-sherpa';
import { childProcesses, describeWith, speakAtOnce, speechToolsMissing, tinyModel } from '@live-transcribe/testkit';
import { pino } from 'pino';
import { afterEach, expect, it } from 'vitest';
import { chooseEngine } from '../src/engines.ts';
import { readConfig } from '../src/index.ts';
import { startTestGateway } from './test-gateway.ts';
import { pcm16, WireClient } from './wire-client.ts';

describeWith([speechToolsMissing(), sherpaMissing()], 'hotwords behind the sockets', { timeout: 60_000 }, () => {
  let gateway: Awaited<ReturnType<typeof startTestGateway>> | undefined;
  afterEach(async () => {
    await gateway?.close();
    expect(childProcesses()).toEqual([]);
  });

  async function start(model: Parameters<typeof tinyModel>[0], environment: Record<string, string>) {
    const read = readConfig({
      ENGINE: 'sherpa',
      SHERPA_MODEL: tinyModel(model),
      SHERPA_PROCESSES: '1',
      ...environment,
    });
    if (!read.ok) throw new Error(read.faults.join('\n'));
    gateway = await startTestGateway({ engine: chooseEngine(read.config, pino({ level: 'silent' })).engine });
    return gateway.port;
  }

  /** What is heard of two words at once, as a final with its words. */
  async function hear(port: number, hints: object) {
    const client = await WireClient.open(port, '/v1/transcriptions');
    client.send({ action: 'start', language: 'en', encoding: 'pcm16', sample_rate: 16_000, words: true, ...hints });
    client.send(pcm16(await speakAtOnce('two', 'stop')));
    client.send({ action: 'stop' });
    expect((await client.closed).code).toBe(1000);
    expect(client.all('error')).toEqual([]);
    return client.next('final');
  }

  const final = (word: string) => {
    const confidence = expect.any(Number);
    return {
      final: word,
      confidence,
      words: [{ word, start: expect.any(Number), end: expect.any(Number), confidence }],
    };
  };

  it('of a client’s prompt and keywords are heard by an offline transducer in its session', async () => {
    const port = await start('tiny-offline-transducer', { SHERPA_DECODING: 'modified_beam_search' });
    const heard = await Promise.all(
      [{}, { prompt: 'Two or three' }, { prompt: 'three, two' }, { keywords: ['two'] }].map((hints) =>
        hear(port, hints),
      ),
    );
    expect(heard).toMatchObject(['zero', 'zero', 'two', 'two'].map(final));
  });

  it('of SHERPA_HOTWORDS are heard by a streaming transducer in every session', async () => {
    expect(await hear(await start('tiny-transducer', { SHERPA_DECODING: 'modified_beam_search' }), {})).toMatchObject(
      final('zero'),
    );
    await gateway?.close();
    expect(await hear(await start('tiny-transducer', { SHERPA_HOTWORDS: 'seventy one, Two' }), {})).toMatchObject(
      final('two'),
    );
  });
});
