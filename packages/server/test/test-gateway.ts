import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine } from '@live-transcribe/core';
import { RulerEngine, type RulerFault } from '@live-transcribe/testkit';
import { pino } from 'pino';
import { type Gateway, type GatewayOptions, readConfig, startGateway } from '../src/index.ts';

/** Hz, of the engine and of `/ws`, so that ruler audio passes unchanged; it lasts 4 s. */
export const testRate = 16_000;

export interface TestGatewayOptions extends Partial<Omit<GatewayOptions, 'choice' | 'config'>> {
  readonly engine?: Engine;
  readonly faults?: readonly RulerFault[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly plainLanguage?: string;
}

export interface TestGateway extends Gateway {
  readonly engine: Engine;
  readonly dataDir: string;
  /** As `close`, and leaves behind what it has kept. */
  stop(): Promise<void>;
}

/** A real gateway on a free port, with an engine that tells which samples it has heard. */
export async function startTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const { faults = [], environment, plainLanguage = 'sv', ...rest } = options;
  const engine = options.engine ?? new RulerEngine({ sampleRate: testRate, utteranceMs: 500, faults });
  const pageFolder = mkdtempSync(join(tmpdir(), 'live-transcribe-page-'));
  const read = readConfig({ PORT: '0', DATA_DIR: join(pageFolder, 'data'), ...environment });
  if (!read.ok) throw new Error(read.faults.join('\n'));
  writeFileSync(join(pageFolder, 'index.html'), '<!doctype html><title>The page</title>');
  const gateway = await startGateway({
    config: read.config,
    choice: {
      engine,
      reason: 'A test chose it.',
      models: { transcriptions: 'gateway-model', plain: 'plain-model' },
      plainLanguage,
    },
    log: pino({ level: 'silent' }),
    pageFolder,
    version: '1.2.3',
    ...rest,
  });
  const close = async () => {
    await gateway.close();
    rmSync(pageFolder, { recursive: true, force: true });
  };
  return { ...gateway, engine, dataDir: read.config.dataDir, stop: gateway.close, close };
}
