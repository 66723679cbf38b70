// Starts the built server, and builds first where a source is newer than the build.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, '.cache', 'built');
const skipped = new Set(['node_modules', 'dist', 'test', '.git', '.cache']);

/** Whether anything below `folder` that goes into the build has changed since `time`. */
function changedSince(time, folder) {
  return readdirSync(folder, { withFileTypes: true }).some((entry) => {
    if (skipped.has(entry.name)) return false;
    const path = join(folder, entry.name);
    return entry.isDirectory() ? changedSince(time, path) : statSync(path).mtimeMs > time;
  });
}

const built = existsSync(stamp) ? statSync(stamp).mtimeMs : 0;
const complete = ['packages/server/dist/main.js', 'apps/web/dist/index.html'].every((path) =>
  existsSync(join(root, path)),
);
const stale = !complete || ['packages', 'apps'].some((folder) => changedSince(built, join(root, folder)));

if (stale) {
  console.log('Building…');
  const began = Date.now();
  const { status, stdout, stderr } = spawnSync('npm', ['run', 'build', '--silent'], { cwd: root, encoding: 'utf8' });
  if (status !== 0) {
    console.error(`${stdout}${stderr}\nThe build failed.`);
    process.exit(1);
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, '');
  console.log(`Built in ${((Date.now() - began) / 1000).toFixed(1)} s.`);
}

await import(new URL('../packages/server/dist/main.js', import.meta.url).href);
