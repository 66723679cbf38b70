import { describeEngineContract, speak } from '@live-transcribe/testkit';
import { describe } from 'vitest';
import { createEngine, describeWithSherpa, options, tiny } from './sherpa.ts';

describeWithSherpa('sherpa', () => {
  describe.each([
    'tiny-streaming',
    'tiny-transducer',
    'tiny-nemo',
    'tiny-paraformer',
    'tiny-offline',
    'tiny-offline-transducer',
    'tiny-offline-nemo',
  ] as const)('with the model %s', (name) => {
    describeEngineContract(
      'sherpa',
      async () => {
        const utterance = await speak('three seven sixty one', { leadMs: 500, trailMs: 1_700 });
        return { engine: createEngine({ model: tiny(name) }), options, utterance };
      },
      { transcribes: false },
    );
  });
});
