import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../bin/live-transcribe.mjs', import.meta.url));
const children = new Set<ChildProcess>();

/** Ends what a failed test has left. */
export function endAll(): void {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
}

/** `live-transcribe` as built, under way. */
export interface Running {
  readonly child: ChildProcess;
  /** What it has said so far, on both outputs. */
  readonly said: () => { output: string; errors: string };
  /** Resolves when `errors` or `output` match; throws when it ends without. */
  readonly says: (what: RegExp) => Promise<void>;
  readonly ended: Promise<{ code: number | null; output: string; errors: string }>;
}

/** Starts it in `cwd`, with nothing else in its environment. */
export function launch(parts: readonly string[], cwd: string, environment: Readonly<Record<string, string>>): Running {
  const env = { PORT: '0', PATH: process.env['PATH'] ?? '', ...environment };
  const child = spawn(process.execPath, [bin, ...parts], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  let [output, errors] = ['', ''];
  const watching = new Set<() => void>();
  const heard = () => {
    for (const look of watching) look();
  };
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
    heard();
  });
  child.stderr.on('data', (data: Buffer) => {
    errors += data.toString();
    heard();
  });
  const ended = once(child, 'close').then(([code]: unknown[]) => {
    children.delete(child);
    return { code: typeof code === 'number' ? code : null, output, errors };
  });
  const says = (what: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!what.test(output) && !what.test(errors)) return;
        watching.delete(look);
        resolve();
      };
      watching.add(look);
      look();
      void ended.then(() => reject(new Error(`It has ended without saying ${what}: ${output}${errors}`)));
    });
  return { child, ended, says, said: () => ({ output, errors }) };
}

export const run = (parts: readonly string[], cwd: string, environment: Readonly<Record<string, string>> = {}) =>
  launch(parts, cwd, environment).ended;
