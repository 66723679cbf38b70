import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const run = (...options: readonly string[]) =>
  spawnSync(process.execPath, [`${root}bench/sizing.mjs`, '--json', ...options], { encoding: 'utf8' });
const cores = (...options: readonly string[]): number => {
  const { tables } = JSON.parse(run(...options).stdout);
  return Number(tables.servers['cores used'].replaceAll(',', ''));
};

it('the sizing model grows with what it is given', () => {
  expect(cores('--sessions', '20000') / cores('--sessions', '10000')).toBeCloseTo(2, 1);
  expect(cores('--chunk-ms', '20')).toBeGreaterThan(cores('--chunk-ms', '100'));
  expect(cores('--kept-share', '1')).toBeGreaterThan(cores('--kept-share', '0'));
});

it('the sizing model takes no nonsense, and names for each cost a bench that is there', () => {
  for (const wrong of [['--sessions', 'many'], ['--sessions='], ['--sesions', '1']])
    expect(run(...wrong).status).toBe(1);
  const named = [...readFileSync(`${root}bench/sizing.mjs`, 'utf8').matchAll(/node (bench\/[\w-]+\.mjs)/g)];
  expect(new Set(named.map(([, path = '']) => path)).size).toBeGreaterThan(4);
  for (const [, path = ''] of named) expect(existsSync(root + path), path).toBe(true);
});
