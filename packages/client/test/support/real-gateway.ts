import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '@live-transcribe/core';
import { type Gateway, readConfig, startGateway } from '@live-transcribe/server';
import { pino } from 'pino';

/** The real server, which can be started again on the same port with what it has kept. */
export class RealGateway {
  readonly #folder: string;
  readonly #makeEngine: () => Engine;
  readonly #environment: Readonly<Record<string, string>>;
  #gateway: Gateway | undefined;
  #port = 0;

  private constructor(folder: string, makeEngine: () => Engine, environment: Readonly<Record<string, string>>) {
    this.#folder = folder;
    this.#makeEngine = makeEngine;
    this.#environment = environment;
  }

  static async start(
    makeEngine: () => Engine,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<RealGateway> {
    const folder = await mkdtemp(join(tmpdir(), 'live-transcribe-sdk-gateway-'));
    const gateway = new RealGateway(folder, makeEngine, environment);
    await gateway.#start();
    return gateway;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/v1/transcriptions`;
  }

  async restart(): Promise<void> {
    await this.#gateway?.close();
    await this.#start();
  }

  async close(): Promise<void> {
    await this.#gateway?.close();
    await rm(this.#folder, { recursive: true });
  }

  async #start(): Promise<void> {
    const where = { HOST: '127.0.0.1', PORT: String(this.#port), DATA_DIR: join(this.#folder, 'data') };
    const read = readConfig({ ...where, ...this.#environment });
    if (!read.ok) throw new Error(read.faults.join('\n'));
    const choice = {
      engine: this.#makeEngine(),
      reason: 'A test chose it.',
      models: { transcriptions: 'm', plain: 'm' },
      plainLanguage: 'sv',
    };
    const { config } = read;
    const log = pino({ level: 'silent' });
    this.#gateway = await startGateway({ config, choice, log, pageFolder: this.#folder, version: '0.0.0', tickMs: 20 });
    this.#port = this.#gateway.port;
  }
}
