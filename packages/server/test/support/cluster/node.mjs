/**
 * A server of a cluster: as the real one, but with an engine that tells which samples it has heard. Its settings are those
 * of the environment; it tells its parent the port when it listens.
 */
import { createLog, readConfig, startGateway, stopOnSignal } from '@live-transcribe/server';
// Not by its name: what else is in there is for tests alone.
import { RulerEngine } from '../../../../testkit/dist/ruler-engine.js';

const { config, faults } = readConfig(process.env);
if (faults) throw new Error(faults.join(' '));
const log = createLog(config.logLevel);
const engine = new RulerEngine({ sampleRate: 8_000, utteranceMs: 250 });
const choice = { engine, reason: 'A test chose it.', models: { transcriptions: 'm', plain: 'm' }, plainLanguage: 'sv' };
const gateway = await startGateway({ config, choice, log, pageFolder: config.dataDir, version: '0.0.0', tickMs: 100 });
stopOnSignal(gateway, log);
process.send({ port: gateway.port });
process.disconnect();
