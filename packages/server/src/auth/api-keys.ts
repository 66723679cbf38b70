import { createHash, timingSafeEqual } from 'node:crypto';

/** A key that was given out, as far as the server knows it. */
export interface ApiKey {
  readonly name: string;
  /** SHA-256: whoever sees the configuration or the memory has no key. */
  readonly hash: Buffer;
}

/** Shorter ones can be guessed. */
const shortest = 16;
const hashed = /^sha256:([0-9a-f]{64})$/i;
/** The name, then the key; what ends in `=` is a key in base64. */
const named = /^([A-Za-z0-9_.-]{1,64})=([^=].*)$/;

export const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** Parses `API_KEYS`: comma-separated, each a key or `sha256:` and the hash of one, with `name=` before it. */
export function parseApiKeys(list: string): readonly ApiKey[] {
  const entries = list.split(',').map((entry) => entry.trim());
  const keys = entries.filter((entry) => entry !== '').map(parseKey);
  if (new Set(keys.map(({ name }) => name)).size < keys.length) throw new Error('must not name two keys alike');
  return keys;
}

function parseKey(entry: string): ApiKey {
  const [, name, secret = entry] = named.exec(entry) ?? [];
  const [, hex] = hashed.exec(secret) ?? [];
  if (hex === undefined && (secret.length < shortest || !/^[\x21-\x7e]+$/.test(secret))) {
    throw new Error(`must be keys of at least ${shortest} letters, digits and signs, or sha256: and 64 hex digits`);
  }
  const hash = hex === undefined ? hashOf(secret) : Buffer.from(hex, 'hex');
  return { name: name ?? `key-${hash.toString('hex', 0, 4)}`, hash };
}

/** The key that `secret` is. Takes as long for every secret. */
export function findKey(keys: readonly ApiKey[], secret: string): ApiKey | undefined {
  const hash = hashOf(secret);
  let found: ApiKey | undefined;
  for (const key of keys) if (timingSafeEqual(key.hash, hash)) found = key;
  return found;
}
