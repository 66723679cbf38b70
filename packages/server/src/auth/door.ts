import type { IncomingMessage } from 'node:http';
import { ClientError } from '@live-transcribe/core';
import type { Config } from '../config/settings.ts';
import { originAllowed } from '../http/origins.ts';
import type { AccessMode } from './access.ts';
import { type ClientAddress, clientAddress, forwardedScheme } from './client-address.ts';
import { isLocalHost } from './hosts.ts';

/** What is known of a request before its sender is: where it is from, and which page has made it. */
export class Door {
  readonly #config: Pick<Config, 'allowedOrigins' | 'trustProxy'>;
  readonly #localOnly: boolean;

  constructor(config: Pick<Config, 'allowedOrigins' | 'trustProxy'>, mode: AccessMode) {
    this.#config = config;
    this.#localOnly = mode.kind === 'open' && mode.reason === 'loopback';
  }

  /**
   * Throws `forbidden` for a name that is not this machine's, where being on this machine is all that lets somebody in:
   * a page's owner can make a name of theirs lead here, and the browser then takes this server for the page's own.
   */
  checkHost({ headers }: IncomingMessage): void {
    if (!this.#localOnly || isLocalHost(headers.host)) return;
    throw new ClientError(
      'forbidden',
      'This server is open to its own machine only, as localhost. To reach it by another name set API_KEYS, or AUTH=none.',
    );
  }

  /** Throws `forbidden` for a page of another origin. What is no browser names none. */
  checkOrigin(request: IncomingMessage): void {
    const { origin } = request.headers;
    if (origin === undefined || this.allows(request)) return;
    const shown = JSON.stringify(origin.slice(0, 100));
    throw new ClientError(
      'forbidden',
      `Pages from ${shown} may not use this server: ALLOWED_ORIGINS does not name it.`,
    );
  }

  /** Whether the page that has made a request may read the answer. */
  allows(request: IncomingMessage): boolean {
    const { origin, host } = request.headers;
    const { allowedOrigins, trustProxy } = this.#config;
    if (origin === undefined) return false;
    return originAllowed(allowedOrigins, origin, { host, scheme: forwardedScheme(request, trustProxy) });
  }

  addressOf(request: IncomingMessage): ClientAddress {
    return clientAddress(request, this.#config.trustProxy);
  }
}
