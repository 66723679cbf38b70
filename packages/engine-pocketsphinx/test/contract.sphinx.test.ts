import { describeEngineContract, speak } from '@live-transcribe/testkit';
import { createEngine, describeWithSphinx, options } from './sphinx.ts';

describeWithSphinx('pocketsphinx', () => {
  describeEngineContract('pocketsphinx', async () => ({
    engine: createEngine(),
    options,
    utterance: await speak('open the window and close the door', { leadMs: 500, trailMs: 1_500 }),
  }));
});
