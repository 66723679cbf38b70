import { SignJWT } from 'jose';

export const jwtSecret = 'a secret of tests, which is long enough';
export const apiKey = 'an-api-key-of-tests';
export const configured = { API_KEYS: `web=${apiKey}`, JWT_SECRET: jwtSecret };

export interface ForeignClaims {
  readonly [claim: string]: unknown;
  readonly audience?: string;
  readonly expires?: string | number;
  readonly algorithm?: string;
  readonly secret?: string;
}

/** A token as another program makes it with the shared secret. */
export function foreignToken(claims: ForeignClaims = {}): Promise<string> {
  const { audience = 'live-transcribe', expires = '5m', algorithm = 'HS256', secret = jwtSecret, ...rest } = claims;
  const jwt = new SignJWT(rest).setProtectedHeader({ alg: algorithm }).setAudience(audience);
  return jwt.setExpirationTime(expires).sign(new TextEncoder().encode(secret));
}
