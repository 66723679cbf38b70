import { joinSamples, msToSamples } from '@live-transcribe/audio';
import { createSherpaEngine, readModel, sherpaMissing } from '@live-transcribe/engine-sherpa';
import {
  childProcesses,
  describeWith,
  speak,
  speechRate,
  speechToolsMissing,
  tinyModel,
} from '@live-transcribe/testkit';
import { expect, it, vi } from 'vitest';
import { calledDirectly } from '../../engine-sherpa/test/called-directly.ts';
import { NotingEngine } from './support/noting-engine.ts';
import { startTestGateway } from './test-gateway.ts';
import { pcm16, WireClient } from './wire-client.ts';

const phrases = ['three seven sixty one', 'hello stop left right'];
const piece = speechRate / 5;

describeWith([speechToolsMissing(), sherpaMissing()], 'sherpa under overload', { timeout: 240_000 }, () => {
  it('tells those it cannot take that it is busy, and hears every sample of those it has taken', async () => {
    const parts = await Promise.all(phrases.map((text) => speak(text, { leadMs: 1_200 })));
    const samples = joinSamples([...parts, new Int16Array(speechRate)]);
    const model = readModel(tinyModel('tiny-streaming'));
    if ('invalid' in model) throw new Error(model.invalid);
    const engine = new NotingEngine(createSherpaEngine({ model, processes: 1, warn: () => undefined }));
    const gateway = await startTestGateway({ engine });
    try {
      const refused: WireClient[] = [];
      const admitted: WireClient[] = [];
      const knock = async () => {
        const client = await WireClient.open(gateway.port, '/v1/transcriptions');
        client.send({ action: 'start', language: 'en', encoding: 'pcm16', sample_rate: speechRate });
        let isOver = false;
        void client.closed.then(() => {
          isOver = true;
        });
        await vi.waitUntil(() => isOver || engine.connections.length > admitted.length, {
          interval: 1,
          timeout: 10_000,
        });
        (isOver ? refused : admitted).push(client);
      };
      while (refused.length === 0) await knock();
      // Nobody has said how many: that is what the recogniser's measured speed allows.
      for (let more = admitted.length; more > 1; more -= 1) await knock();
      expect(admitted.length).toBeGreaterThan(3);
      expect(refused.length).toBe(admitted.length);
      for (const client of refused) {
        expect(client.all('code')).toEqual(['engine_busy']);
        expect((await client.closed).code).toBe(1013);
      }

      for (let at = 0; at < samples.length; at += piece)
        for (const client of admitted) client.send(pcm16(samples.subarray(at, at + piece)));
      for (const client of admitted) client.send({ action: 'stop' });
      const expected = (await calledDirectly('tiny-streaming', 'greedy_search', samples)).map(({ text }) => text);
      for (const client of admitted) {
        expect((await client.closed).code).toBe(1000);
        expect(client.all('error')).toEqual([]);
        expect(client.all('final')).toEqual(expected);
      }
      expect(engine.connections).toHaveLength(admitted.length);
      for (const { samples: given, settled } of engine.connections) {
        expect(Buffer.compare(pcm16(given), pcm16(samples))).toBe(0);
        expect(msToSamples(settled, speechRate)).toBe(samples.length);
      }
    } finally {
      await gateway.close();
    }
    expect(childProcesses()).toEqual([]);
  });
});
