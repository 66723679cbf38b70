import { describeEngineContract, speak } from '@live-transcribe/testkit';
import { createEngine, describeWithSphinx, options } from './sphinx.ts';

async function setup() {
  const utterance = await speak('the children are playing in the garden', { leadMs: 500, trailMs: 1_500 });
  return { engine: createEngine(), options, utterance };
}

describeWithSphinx('pocketsphinx', () => {
  describeEngineContract('pocketsphinx', setup, { transcribes: false });
});
