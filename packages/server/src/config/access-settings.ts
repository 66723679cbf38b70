import { parseApiKeys } from '../auth/api-keys.ts';
import { parseTrust } from '../auth/client-address.ts';
import { integer, oneOf, optional, setting, text, url } from './setting.ts';

/** What RFC 7518 asks of a key for HS256. */
const shortestSecret = 32;

function secret(value: string): string {
  if (Buffer.byteLength(value) >= shortestSecret) return value;
  throw new Error(`must have at least ${shortestSecret} characters`);
}

/** Who may come in. */
export const accessSettings = {
  auth: setting(
    'AUTH',
    oneOf(['auto', 'none']),
    'auto',
    'auto: open on a loopback address, guarded on any other; none opens the server to everybody who reaches it.',
  ),
  apiKeys: setting(
    'API_KEYS',
    parseApiKeys,
    [],
    'Keys that let in, separated by commas: key, name=key, or sha256: and the hex hash of a key.',
    true,
  ),
  jwtSecret: setting(
    'JWT_SECRET',
    optional(secret),
    undefined,
    'Secret of tokens (JWT, HS256 to HS512) that another program makes; at least 32 characters.',
    true,
  ),
  jwksUrl: setting(
    'JWKS_URL',
    optional(url('https', 'http')),
    undefined,
    'Where an identity provider has the public keys of its tokens (JWT, RS*, PS*, ES*, EdDSA).',
  ),
  jwtAudience: setting(
    'JWT_AUDIENCE',
    text,
    'live-transcribe',
    'Audience that tokens by JWT_SECRET or JWKS_URL must be for.',
  ),
  jwtIssuer: setting('JWT_ISSUER', optional(text), undefined, 'Issuer that those tokens must be from; any if not set.'),
  jwtClockSkewSeconds: setting(
    'JWT_CLOCK_SKEW_SECONDS',
    integer(0, 600),
    30,
    'How far the clock of whoever makes those tokens may be off, in seconds.',
  ),
  tokenSecret: setting(
    'TOKEN_SECRET',
    optional(secret),
    undefined,
    'Secret of the tokens that POST /v1/tokens makes, the same on every server; else drawn from JWT_SECRET, or made once and kept in DATA_DIR.',
    true,
  ),
  trustProxy: setting(
    'TRUST_PROXY',
    optional(parseTrust),
    undefined,
    'Proxies whose X-Forwarded-For and -Proto are believed: loopback, uniquelocal, addresses, networks such as 10.0.0.0/8, or a number of hops.',
  ),
};
