import { describeEngineContract, speak } from '@live-transcribe/testkit';
import { createEngine, describeWithSherpa, options } from './sherpa.ts';

async function setup() {
  const utterance = await speak('three seven sixty one', { leadMs: 500, trailMs: 1_700 });
  return { engine: createEngine(), options, utterance };
}

describeWithSherpa('sherpa', () => {
  describeEngineContract('sherpa', setup, { transcribes: false });
});
