import { randomUUID } from 'node:crypto';
import { ClientError } from '@live-transcribe/core';
import { decodeProtectedHeader, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { asRefusal } from './foreign-tokens.ts';
import type { Principal } from './principal.ts';
import { allScopes, type Scope } from './scopes.ts';

/** What a token lets its bearer do. */
export interface Grant {
  readonly scopes: readonly Scope[];
  readonly expiresInSeconds: number;
  readonly subject?: string;
  readonly session?: string;
  readonly languages?: readonly string[];
  readonly models?: readonly string[];
  readonly maxSessionSeconds?: number;
  readonly once: boolean;
}

/** Tells our own tokens from everybody else's, whichever secret they are signed with. */
const type = 'live-transcribe+jwt';
const issuer = 'live-transcribe';
const algorithm = 'HS256';

const claimsOf = z.object({
  jti: z.string(),
  exp: z.number(),
  by: z.string(),
  limited: z.boolean(),
  sub: z.string().optional(),
  scopes: z.array(z.enum(allScopes)),
  session: z.string().optional(),
  languages: z.array(z.string()).optional(),
  models: z.array(z.string()).optional(),
  max_session_s: z.number().optional(),
  once: z.literal(true).optional(),
});

export function isMinted(token: string): boolean {
  try {
    return decodeProtectedHeader(token).typ === type;
  } catch {
    return false;
  }
}

/** Short-lived tokens that this server makes, and knows again wherever the same secret is. */
export class MintedTokens {
  readonly #secret: Uint8Array;
  readonly #now: () => number;

  /** `now` in milliseconds since 1970. */
  constructor(secret: Uint8Array, now: () => number) {
    this.#secret = secret;
    this.#now = now;
  }

  /** A token by which others may do a part of what `minter` may; `expires` in seconds since 1970. */
  async mint(grant: Grant, minter: Principal): Promise<{ readonly token: string; readonly expires: number }> {
    const issued = Math.floor(this.#now() / 1000);
    const expires = issued + grant.expiresInSeconds;
    const { scopes, session, languages, models, maxSessionSeconds, once, subject } = grant;
    const claims: z.input<typeof claimsOf> & JWTPayload = {
      ...{ jti: randomUUID(), exp: expires, by: minter.name, limited: minter.limited, scopes: [...scopes] },
      ...(session !== undefined && { session }),
      ...(languages && { languages: [...languages] }),
      ...(models && { models: [...models] }),
      ...(maxSessionSeconds !== undefined && { max_session_s: maxSessionSeconds }),
      ...(once && { once }),
      ...(subject !== undefined && { sub: subject }),
    };
    const jwt = new SignJWT(claims).setProtectedHeader({ alg: algorithm, typ: type });
    const token = await jwt.setIssuer(issuer).setAudience(issuer).setIssuedAt(issued).sign(this.#secret);
    return { token, expires };
  }

  /** Throws `unauthorized`, `token_expired`. */
  async verify(token: string): Promise<Principal> {
    try {
      const { payload } = await jwtVerify(token, this.#secret, {
        ...{ issuer, audience: issuer, typ: type, algorithms: [algorithm] },
        requiredClaims: ['exp', 'jti'],
        currentDate: new Date(this.#now()),
      });
      return principalOf(claimsOf.parse(payload));
    } catch (thrown) {
      if (thrown instanceof z.ZodError) throw new ClientError('unauthorized', 'This token is of another version.');
      throw asRefusal(thrown);
    }
  }
}

function principalOf(claims: z.output<typeof claimsOf>): Principal {
  const { jti, exp, by, limited, sub, scopes, session, languages, models, max_session_s, once } = claims;
  return {
    name: by,
    limited,
    scopes: new Set(scopes),
    // Without a subject it is its maker's: a new token goes on where one that has expired had come to.
    owner: sub === undefined ? by : `token:${encodeURIComponent(by)}/${sub}`,
    ...(session !== undefined && { session }),
    ...(languages && { languages }),
    ...(models && { models }),
    ...(max_session_s !== undefined && { maxSessionSeconds: max_session_s }),
    ...(once && { once: { id: jti, until: exp } }),
  };
}
