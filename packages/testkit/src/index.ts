export type { EngineContractOptions, EngineUnderTest } from './engine-contract.ts';
export { describeEngineContract } from './engine-contract.ts';
export { ManualClock } from './manual-clock.ts';
export type { RulerFault } from './ruler-engine.ts';
export { RulerConnection, RulerEngine, rulerAudio, rulerRate } from './ruler-engine.ts';
export type { SpeakOptions } from './speech.ts';
export { speak, speechRate, speechToolsMissing, wavBytes } from './speech.ts';
export type { WordErrors } from './word-error-rate.ts';
export { wordErrorRate } from './word-error-rate.ts';
