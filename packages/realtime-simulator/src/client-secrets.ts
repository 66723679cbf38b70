import { randomBytes } from 'node:crypto';
import type { ClientSecretCreateResponse } from 'openai/resources/realtime/client-secrets';
import { type ApiFault, invalidRequest } from './api-fault.ts';
import { clientSecretRequest } from './client-events.ts';
import { defaultSettings, type SessionSettings, sessionObject, updateSettings } from './session-in-force.ts';
import { zodFault } from './zod-fault.ts';

interface Secret {
  readonly expiresAt: number;
  readonly settings: SessionSettings;
}

const defaultSeconds = 600;
/** The oldest is forgotten beyond this. */
const capacity = 10_000;

/** The ephemeral secrets minted so far. */
export class ClientSecrets {
  readonly #secrets = new Map<string, Secret>();
  readonly #models: readonly string[] | undefined;

  constructor(models: readonly string[] | undefined) {
    this.#models = models;
  }

  /** `body` is the request's text; an empty one asks for the defaults. `expired` mints one that is too old at once. */
  mint(body: string, expired: boolean): ClientSecretCreateResponse | { readonly fault: ApiFault } {
    const json = parseJson(body === '' ? '{}' : body);
    if (json === undefined) return { fault: invalidRequest(null, 'The body of the request is not valid JSON.') };
    const parsed = clientSecretRequest.safeParse(json);
    if (!parsed.success) return { fault: zodFault(parsed.error, json) };
    const { session = { type: 'transcription' as const }, expires_after } = parsed.data;
    const settings = updateSettings(defaultSettings, session, this.#models);
    if ('fault' in settings) return settings;
    const seconds = expired ? -1 : (expires_after?.seconds ?? defaultSeconds);
    const expiresAt = epochSeconds() + seconds;
    const value = `ek_${randomBytes(16).toString('hex')}`;
    this.#keep(value, { expiresAt, settings });
    return { value, expires_at: expiresAt, session: sessionObject(`sess_${value.slice(3, 11)}`, 0, settings) };
  }

  /** The settings minted with it; `expired` or `undefined` when it opens nothing. */
  redeem(value: string): SessionSettings | 'expired' | undefined {
    const secret = this.#secrets.get(value);
    if (!secret) return undefined;
    return secret.expiresAt < epochSeconds() ? 'expired' : secret.settings;
  }

  #keep(value: string, secret: Secret): void {
    this.#secrets.set(value, secret);
    if (this.#secrets.size <= capacity) return;
    for (const oldest of this.#secrets.keys()) {
      this.#secrets.delete(oldest);
      return;
    }
  }
}

export const epochSeconds = (): number => Math.floor(Date.now() / 1000);

/** `undefined` where it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
