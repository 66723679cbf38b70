import { existsSync } from 'node:fs';
import { joinSamples } from '@live-transcribe/audio';
import { createSherpaEngine, readModel, sherpaMissing } from '@live-transcribe/engine-sherpa';
import {
  describeWith,
  ffmpeg,
  ffmpegToFile,
  seeded,
  speak,
  speechRate,
  speechToolsMissing,
  tinyModel,
  wavBytes,
} from '@live-transcribe/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { calledDirectly, type DirectUtterance } from '../../engine-sherpa/test/called-directly.ts';
import { decodeByFfmpeg, type Format, formats } from './formats.ts';
import { NotingEngine } from './support/noting-engine.ts';
import { startTestGateway } from './test-gateway.ts';
import { pcm16, WireClient } from './wire-client.ts';

const phrases = ['three seven sixty one', 'hello stop left right', 'yes four eight no'];
const ffmpegMissing = existsSync('/usr/bin/ffmpeg') ? undefined : 'ffmpeg (apt-get install ffmpeg)';

/** Those whose decoder gives what the encoder took, at the model's own rate, so that nothing is resampled. */
const lossless = formats.filter((format) => format.lossless && format.rates.includes(speechRate));
/** Of these the encoder takes 8 bits of each sample: the library is given what is left. */
const coarse = (name: string) => /law|8 bits/.test(name);

function encode({ args, extension }: Format, samples: Int16Array): Buffer {
  const from = ['-i', 'pipe:0', ...args];
  const wav = wavBytes(samples, speechRate);
  return extension ? ffmpegToFile(from, extension, wav) : ffmpeg([...from, 'pipe:1'], wav);
}

describeWith(
  [speechToolsMissing(), sherpaMissing(), ffmpegMissing],
  'what sherpa says of a format through the socket',
  { timeout: 60_000 },
  () => {
    let engine: NotingEngine;
    let gateway: Awaited<ReturnType<typeof startTestGateway>>;
    let speech: Int16Array;
    let direct: readonly DirectUtterance[];
    beforeAll(async () => {
      const model = readModel(tinyModel('tiny-streaming'));
      if ('invalid' in model) throw new Error(model.invalid);
      engine = new NotingEngine(createSherpaEngine({ model, processes: 1, warn: () => undefined }));
      gateway = await startTestGateway({ engine });
      const parts = await Promise.all(phrases.map((text) => speak(text, { leadMs: 1_200 })));
      speech = joinSamples([...parts, new Int16Array(speechRate)]);
      direct = await calledDirectly('tiny-streaming', 'greedy_search', speech);
    });
    afterAll(() => gateway.close());

    async function through(bytes: Uint8Array, declared: object, random: () => number) {
      const client = await WireClient.open(gateway.port, '/v1/transcriptions');
      client.send({ action: 'start', language: 'en', ...declared });
      for (let at = 0; at < bytes.length; ) {
        const length = 1 + Math.floor(random() ** 2 * 16_000);
        client.send(bytes.subarray(at, at + length));
        at += length;
      }
      client.send({ action: 'stop' });
      expect((await client.closed).code).toBe(1000);
      expect(client.messages.filter((message) => 'error' in message || 'notice' in message)).toEqual([]);
      return client.messages.filter((message) => 'final' in message);
    }

    it.each(lossless.map((format, index) => ({ name: format.name, format, seed: index + 1 })))(
      'is what the library says of the same samples: $name',
      async ({ name, format, seed }) => {
        const bytes = encode(format, speech);
        const samples = coarse(name) ? Int16Array.from(decodeByFfmpeg(format, speechRate, 1, bytes)) : speech;
        const expected = coarse(name) ? await calledDirectly('tiny-streaming', 'greedy_search', samples) : direct;
        expect(expected).toHaveLength(phrases.length);
        const finals = await through(bytes, format.declare?.(speechRate, 1) ?? {}, seeded(seed));
        const given = engine.connections.at(-1)?.samples ?? new Int16Array();
        expect(Buffer.compare(pcm16(given), pcm16(samples))).toBe(0);
        expect(finals.map(({ final }) => final)).toEqual(expected.map(({ text }) => text));
        for (const [index, { start }] of finals.entries())
          expect(Number(start)).toBeCloseTo(expected[index]?.start ?? Number.NaN, 3);
      },
    );
  },
);
