import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../packages/testkit/models/', import.meta.url));

/** Writes a model's folder; `files` by what they are: `[name, content]`. */
export function writeTiny(name, { description, files }) {
  mkdirSync(`${folder}${name}`, { recursive: true });
  for (const [file, content] of Object.values(files)) writeFileSync(`${folder}${name}/${file}`, content);
  const names = Object.fromEntries(Object.entries(files).map(([role, [file]]) => [role, file]));
  const { kind, ...others } = description;
  writeFileSync(`${folder}${name}/model.json`, `${JSON.stringify({ kind, files: names, ...others }, null, 2)}\n`);
}
