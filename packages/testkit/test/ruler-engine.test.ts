import { describeEngineContract, RulerEngine, rulerAudio } from '../src/index.ts';

describeEngineContract('ruler', async () => ({
  engine: new RulerEngine({ utteranceMs: 500 }),
  options: { language: 'en', model: 'ruler', prompt: undefined, words: false },
  utterance: rulerAudio(0, 450),
}));
