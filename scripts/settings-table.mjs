// Prints the table of settings of docs/operations.md from the one in the code.
import { settings } from '../packages/server/dist/index.js';

const shown = (value) => {
  if (value === undefined || value.length === 0) return '';
  if (typeof value === 'object') return 'see .env.example';
  return `\`${value}\``;
};

for (const { name, fallback, says } of Object.values(settings))
  console.log(`| \`${name}\` | ${shown(fallback)} | ${says} |`);
