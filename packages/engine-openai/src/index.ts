export type { OpenAIEngineOptions } from './openai-engine.ts';
export { createOpenAIEngine } from './openai-engine.ts';
export type { Warn } from './upstream-warnings.ts';
