import { randomBytes, timingSafeEqual } from 'node:crypto';
import { ClientError } from '@live-transcribe/core';
import type { AccessConfig } from './access-config.ts';
import { type ApiKey, findKey, hashOf } from './api-keys.ts';
import { ForeignTokens } from './foreign-tokens.ts';
import { isLoopback } from './hosts.ts';
import { isMinted, type MintedTokens } from './minted-tokens.ts';
import { type Principal, unrestricted } from './principal.ts';

/** How the server is guarded. */
export type AccessMode =
  /** Everybody may do everything: it listens on this machine only, or was opened on purpose. */
  | { readonly kind: 'open'; readonly reason: 'loopback' | 'asked' }
  /** Nothing was configured: one secret, made at the start, lets in. */
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'configured' };

/** 192 bits: nobody guesses that. */
const tokenBytes = 24;

export function chooseAccess({ auth, host, apiKeys, jwtSecret, jwksUrl }: AccessConfig): AccessMode {
  if (auth === 'none') return { kind: 'open', reason: 'asked' };
  if (apiKeys.length > 0 || jwtSecret !== undefined || jwksUrl !== undefined) return { kind: 'configured' };
  if (isLoopback(host)) return { kind: 'open', reason: 'loopback' };
  return { kind: 'token', token: randomBytes(tokenBytes).toString('base64url') };
}

/** Knows who somebody is by the secret that they bring. */
export class Access {
  readonly mode: AccessMode;
  readonly #keys: readonly ApiKey[];
  readonly #minted: MintedTokens;
  readonly #foreign: ForeignTokens | undefined;
  readonly #link: Buffer | undefined;

  constructor(config: AccessConfig, minted: MintedTokens) {
    this.mode = chooseAccess(config);
    this.#keys = config.apiKeys;
    this.#minted = minted;
    this.#foreign = ForeignTokens.of(config);
    this.#link = this.mode.kind === 'token' ? hashOf(this.mode.token) : undefined;
  }

  /** Throws `unauthorized`, `token_expired`, `auth_unavailable`. */
  async identify(credential: string | undefined): Promise<Principal> {
    if (this.mode.kind === 'open') return unrestricted('anybody', false);
    if (credential === undefined) throw new ClientError('unauthorized', this.#invitation());
    if (this.#link && timingSafeEqual(this.#link, hashOf(credential))) return unrestricted('link', false);
    const key = this.mode.kind === 'configured' ? findKey(this.#keys, credential) : undefined;
    if (key) return unrestricted(`key:${key.name}`, true);
    if (isMinted(credential)) return this.#minted.verify(credential);
    if (this.#foreign && this.mode.kind === 'configured') return this.#foreign.verify(credential);
    throw new ClientError('unauthorized', 'This server does not know this key or token.');
  }

  #invitation(): string {
    const how = 'as "Authorization: Bearer …", as the sub-protocol "token.…" or as ?token= in the address';
    const where = this.mode.kind === 'token' ? ' The server has printed it at its start.' : '';
    return `This server wants a key or a token, ${how}.${where}`;
  }
}
