export type { ParsedLanguage } from './language.ts';
export { parseLanguage } from './language.ts';
export type { PlainDefaults } from './plain/codec.ts';
export { plainProtocol } from './plain/protocol.ts';
export { transcriptionsProtocol } from './transcriptions/protocol.ts';
export type { StartDefaults } from './transcriptions/schema.ts';
