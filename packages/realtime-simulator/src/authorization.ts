import type { IncomingMessage } from 'node:http';
import { type ApiFault, invalidRequest } from './api-fault.ts';

/** Who a request says it is, and by what means. */
export interface Credential {
  readonly kind: 'bearer' | 'subprotocol' | 'api-key' | 'none';
  readonly value: string;
}

const inSubprotocol = 'openai-insecure-api-key.';

/** `keyIn` is the header that counts. */
export function credentialOf(request: IncomingMessage, keyIn: 'authorization' | 'api-key'): Credential | undefined {
  if (keyIn === 'api-key') {
    const key = request.headers['api-key'];
    return typeof key === 'string' ? { kind: 'api-key', value: key } : undefined;
  }
  const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (bearer) return { kind: 'bearer', value: bearer };
  const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim());
  const key = protocols.includes('realtime') ? protocols.find((each) => each.startsWith(inSubprotocol)) : undefined;
  return key === undefined ? undefined : { kind: 'subprotocol', value: key.slice(inSubprotocol.length) };
}

export const noCredential: ApiFault = invalidRequest(
  null,
  "You didn't provide an API key. Send it as 'Authorization: Bearer YOUR_KEY'.",
);

/** Repeats the ends of the key, as the service does: whoever logs this text logs part of a key. */
export const wrongKey = (value: string): ApiFault =>
  invalidRequest('invalid_api_key', `Incorrect API key provided: ${value.slice(0, 8)}****${value.slice(-4)}.`);

export const expiredSecret: ApiFault = invalidRequest('token_expired', 'The client secret has expired.');

export const betaHeader: ApiFault = invalidRequest(
  'beta_api_shape_disabled',
  'The beta of the Realtime API is not supported any more: leave out the OpenAI-Beta header.',
);
