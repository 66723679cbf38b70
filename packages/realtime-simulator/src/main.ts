import { parseArgs } from 'node:util';
import { startSimulator } from './simulator.ts';

/** For demonstrations, which may run for days: nothing is recorded. */
const nothing = { recordSamples: 0, recordEvents: 0 };

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });
const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  process.stderr.write(`--port is ${values.port}, but a port is a whole number from 0 to 65535.\n`);
  process.exit(2);
}
const simulator = await startSimulator({ port, ...nothing });
process.stdout.write(`A simulator, which recognises nothing, listens: OPENAI_BASE_URL=${simulator.baseUrl}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simulator.close());
