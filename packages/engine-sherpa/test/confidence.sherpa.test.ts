import { recognise, speakAtOnce } from '@live-transcribe/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { createEngine, describeWithSherpa, options, phrases, spoken, tiny, utterances } from './sherpa.ts';

describeWithSherpa('how sure sherpa is', () => {
  const ending = new AbortController();
  let engine: ReturnType<typeof createEngine> | undefined;
  afterEach(() => engine?.close());

  const hear = async (model: Parameters<typeof tiny>[0], samples: Int16Array) => {
    engine = createEngine({ model: tiny(model) });
    return utterances(await recognise(await engine.open(options, ending.signal), samples));
  };

  describe.each(['tiny-transducer', 'tiny-nemo', 'tiny-offline-transducer', 'tiny-offline-nemo'] as const)(
    'by the model %s',
    (model) => {
      it('is told of each word and of each utterance, and is less where two words are said at once', async () => {
        const [clear, ...others] = await hear(model, await spoken(phrases));
        const [doubtful] = await hear(model, await speakAtOnce('two', 'stop'));
        expect(others).toHaveLength(phrases.length - 1);
        for (const { confidence, words = [] } of [clear, ...others, doubtful].flatMap((heard) => heard ?? [])) {
          expect(words.length).toBeGreaterThan(0);
          for (const value of [confidence, ...words.map((word) => word.confidence)]) {
            expect(value).toBeGreaterThan(0);
            expect(value).toBeLessThanOrEqual(1);
          }
        }
        expect(doubtful?.confidence).toBeLessThan(clear?.confidence ?? 0);
      });
    },
  );

  it.each(['tiny-streaming', 'tiny-offline'] as const)('is not known by the model %s', async (model) => {
    const [heard] = await hear(model, await spoken(phrases.slice(0, 1)));
    expect(heard?.words).toHaveLength(4);
    for (const told of [heard, ...(heard?.words ?? [])]) expect(told).not.toHaveProperty('confidence');
  });
});
