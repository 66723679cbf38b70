// Prints the table of metrics of docs/operations.md from what the code tells.
import { Metrics } from '../packages/server/dist/index.js';

const nothing = () => 0;
const metrics = new Metrics({ version: '', engine: '' });
metrics.read({ connections: () => new Map(), heldSessions: nothing, outboxEvents: nothing, watchers: nothing });

for (const { name, type, help } of metrics.descriptions.toSorted((a, b) => a.name.localeCompare(b.name)))
  console.log(`| \`${name}\` | ${type} | ${help} |`);
