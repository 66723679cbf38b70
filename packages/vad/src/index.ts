export type { SpeechDetectorOptions } from './options.ts';
export { SpeechDetector } from './speech-detector.ts';
export type { SpeechEdge } from './utterances.ts';
