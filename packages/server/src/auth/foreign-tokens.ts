import { ClientError, TranscribeError } from '@live-transcribe/core';
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import type { AccessConfig } from './access-config.ts';
import { hashOf } from './api-keys.ts';
import type { Principal } from './principal.ts';
import { isScope, type Scope } from './scopes.ts';

/** Verifies the signature and the claims of a token; rejects with an error of `jose`. */
type Verify = (token: string, options: JWTVerifyOptions) => Promise<{ readonly payload: JWTPayload }>;

/** By algorithm and key there is one way to verify: what the token's own header says cannot choose another. */
const secretAlgorithms = ['HS256', 'HS384', 'HS512'];
const keySetAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const fetchWithinMs = 5_000;
/** A flood of tokens with unknown keys asks the key server no more often. */
const fetchAgainMs = 30_000;
/** A subject that is longer stands for itself by its hash. */
const longestName = 100;
/** What somebody may do whose token names no scopes at all. */
const usualScopes: readonly Scope[] = ['transcribe', 'watch'];

/** Tokens that others have made: an identity provider, or an application that shares a secret. */
export class ForeignTokens {
  readonly #options: JWTVerifyOptions;
  readonly #ways: readonly Verify[];

  private constructor(config: AccessConfig) {
    this.#options = {
      audience: config.jwtAudience,
      clockTolerance: config.jwtClockSkewSeconds,
      requiredClaims: ['exp'],
      ...(config.jwtIssuer !== undefined && { issuer: config.jwtIssuer }),
    };
    this.#ways = [...secretWay(config), ...keySetWay(config)];
  }

  static of(config: AccessConfig): ForeignTokens | undefined {
    return config.jwtSecret === undefined && config.jwksUrl === undefined ? undefined : new ForeignTokens(config);
  }

  /** Throws `unauthorized`, `token_expired`, `auth_unavailable`. */
  async verify(token: string): Promise<Principal> {
    let failure: unknown;
    for (const verify of this.#ways) {
      try {
        return principalOf((await verify(token, this.#options)).payload);
      } catch (thrown) {
        // One that only the other way could verify is none that this way has found wrong.
        if (!(thrown instanceof errors.JOSEAlgNotAllowed) || failure === undefined) failure = thrown;
      }
    }
    throw asRefusal(failure);
  }
}

function secretWay({ jwtSecret }: AccessConfig): Verify[] {
  if (jwtSecret === undefined) return [];
  const key = new TextEncoder().encode(jwtSecret);
  return [(token, options) => jwtVerify(token, key, { ...options, algorithms: secretAlgorithms })];
}

function keySetWay({ jwksUrl }: AccessConfig): Verify[] {
  if (jwksUrl === undefined) return [];
  const times = { timeoutDuration: fetchWithinMs, cooldownDuration: fetchAgainMs };
  const keys = createRemoteJWKSet(new URL(jwksUrl), times);
  return [(token, options) => jwtVerify(token, keys, { ...options, algorithms: keySetAlgorithms })];
}

function principalOf(payload: JWTPayload): Principal {
  const { sub = '' } = payload;
  const name = `jwt:${sub.length <= longestName ? sub : hashOf(sub).toString('hex')}`;
  return { name, limited: true, owner: name, scopes: new Set(scopesOf(payload)) };
}

/** As OAuth 2 has it, a text with spaces, or a list. */
function scopesOf(payload: JWTPayload): readonly Scope[] {
  const scopes = payload['scopes'] ?? payload['scope'];
  if (scopes === undefined) return usualScopes;
  const given = typeof scopes === 'string' ? scopes.split(' ') : scopes;
  return Array.isArray(given) ? given.filter(isScope) : [];
}

/** What `jose` threw, as what the client is told: which of the checks failed, and nothing of the token. */
export function asRefusal(thrown: unknown): TranscribeError {
  if (thrown instanceof TranscribeError) return thrown;
  const cause = { cause: thrown };
  if (thrown instanceof errors.JWTExpired) return new ClientError('token_expired', 'This token has expired.', cause);
  if (thrown instanceof errors.JWTClaimValidationFailed) {
    return new ClientError('unauthorized', `This token is not for this server: its "${thrown.claim}" is wrong.`, cause);
  }
  if (thrown instanceof errors.JWKSNoMatchingKey || isOfToken(thrown)) {
    return new ClientError('unauthorized', 'This token is none that this server can trust.', cause);
  }
  return new TranscribeError('auth_unavailable', 'The keys that tokens are checked by cannot be had just now.', cause);
}

const isOfToken = (thrown: unknown): boolean =>
  [
    errors.JWTInvalid,
    errors.JWSInvalid,
    errors.JWSSignatureVerificationFailed,
    errors.JOSEAlgNotAllowed,
    errors.JOSENotSupported,
    errors.JWKSMultipleMatchingKeys,
  ].some((kind) => thrown instanceof kind);
