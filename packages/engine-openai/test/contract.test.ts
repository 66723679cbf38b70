import { startSimulator } from '@live-transcribe/realtime-simulator';
import { describeEngineContract } from '@live-transcribe/testkit';
import { createOpenAIEngine } from '../src/index.ts';
import { joined, silence, speech } from './support/audio.ts';
import { apiKey, recognition } from './support/simulated.ts';

for (const model of ['gpt-4o-transcribe', 'whisper-1', 'gpt-4o-transcribe-diarize']) {
  describeEngineContract(`openai, ${model}`, async () => {
    const simulator = await startSimulator({ apiKey });
    return {
      engine: createOpenAIEngine({ apiKey, baseUrl: simulator.baseUrl, warn: () => undefined }),
      options: { ...recognition, model },
      utterance: joined(speech(900), silence(800)),
      dispose: () => simulator.close(),
    };
  });
}
