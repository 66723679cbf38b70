import { createServer } from 'node:net';
import type { Engine } from '@live-transcribe/core';

/** How an opening finds its way to the service. */
export type Route = 'good' | 'refused' | 'no name' | 'no TLS';

/** Where each of them leads, as a base URL. */
export async function addresses(good: string): Promise<Readonly<Record<Route, string>>> {
  const { port, pathname } = new URL(good);
  return {
    good,
    refused: `http://127.0.0.1:${await unusedPort()}${pathname}`,
    // Reserved for names that never resolve (RFC 6761).
    'no name': `http://nobody.invalid${pathname}`,
    'no TLS': `https://127.0.0.1:${port}${pathname}`,
  };
}

/** The good engine, whose first openings go by `routes`. Owns all of them. */
export class RoutedEngine implements Engine {
  readonly #engines: Readonly<Record<Route, Engine>>;
  readonly #routes: Route[];
  readonly #good: Engine;
  /** Openings that wait for the real network: no clock of a test hurries them. */
  underway = 0;
  /** Openings that went another way than the good one. */
  misled = 0;

  constructor(engines: Readonly<Record<Route, Engine>>, routes: readonly Route[]) {
    this.#engines = engines;
    this.#good = engines.good;
    this.#routes = [...routes];
  }

  get id() {
    return this.#good.id;
  }

  get sampleRate() {
    return this.#good.sampleRate;
  }

  get features() {
    return this.#good.features;
  }

  readiness() {
    return this.#good.readiness();
  }

  async open(...options: Parameters<Engine['open']>) {
    const route = this.#routes.shift() ?? 'good';
    if (route === 'good') return this.#good.open(...options);
    this.underway += 1;
    this.misled += 1;
    try {
      return await this.#engines[route].open(...options);
    } finally {
      this.underway -= 1;
    }
  }

  async transcribe(...options: Parameters<NonNullable<Engine['transcribe']>>) {
    if (!this.#good.transcribe) throw new Error('The engine under test transcribes files.');
    return this.#good.transcribe(...options);
  }

  async close() {
    await Promise.all(Object.values(this.#engines).map((engine) => engine.close()));
  }
}

/** A port that was free a moment ago. */
async function unusedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('It has no port.');
  return address.port;
}
