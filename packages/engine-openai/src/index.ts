export { type AskServiceOptions, askService, type ServiceAnswer } from './ask-service.ts';
export type { CreateDetector, DetectorOptions, SpeechEdge, TurnDetector } from './detector.ts';
export type { DialectName } from './dialects.ts';
export type { OpenAIEngineOptions } from './openai-engine.ts';
export { createOpenAIEngine } from './openai-engine.ts';
export { type Price, type Prices, parsePrices } from './prices.ts';
export type { SessionDefaults } from './session-settings.ts';
export type { GateSilence } from './silence-gate.ts';
export type { Warn } from './upstream-warnings.ts';
