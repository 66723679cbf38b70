import type { ClientProtocol } from '@live-transcribe/core';
import { PlainCodec, type PlainDefaults } from './codec.ts';

/** `WS /ws`: audio from the first message on; what it is stands in the query. */
export function plainProtocol(defaults: PlainDefaults): ClientProtocol {
  return { path: '/ws', codec: (query) => new PlainCodec(defaults, query) };
}
