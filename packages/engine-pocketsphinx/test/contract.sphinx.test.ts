import { describeEngineContract, speak } from '@live-transcribe/testkit';
import { createEngine, describeWithSphinx, options } from './sphinx.ts';

describeWithSphinx('pocketsphinx', () => {
  describeEngineContract('pocketsphinx', async () => ({
    engine: createEngine(),
    options,
    utterance: await speak('the children are playing in the garden', { leadMs: 500, trailMs: 1_500 }),
  }));
});
