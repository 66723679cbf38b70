import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Finding } from '../../src/doctor/finding.ts';

const bin = fileURLToPath(new URL('../../bin/live-transcribe.mjs', import.meta.url));

export interface Visit {
  readonly code: unknown;
  readonly output: string;
  readonly errors: string;
  /** Of `--json`. */
  readonly findings: readonly Finding[];
  /** What the visit has left in the folder it was made in. */
  readonly left: readonly string[];
}

const children = new Set<ChildProcess>();

/** Ends what a failed test has left. */
export function endVisits(): void {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
}

/** Runs `live-transcribe` as built, in an empty folder, with nothing else in its environment. */
export async function run(
  parts: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  dotEnv?: string,
): Promise<Visit> {
  const cwd = mkdtempSync(join(tmpdir(), 'live-transcribe-'));
  if (dotEnv !== undefined) writeFileSync(join(cwd, '.env'), dotEnv);
  // A port of one's own: the tests run beside others.
  const env = { PORT: '0', PATH: process.env['PATH'] ?? '', ...environment };
  const child = spawn(process.execPath, [bin, ...parts], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  let [output, errors] = ['', ''];
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    errors += data.toString();
  });
  const [code]: unknown[] = await once(child, 'close');
  children.delete(child);
  const left = readdirSync(cwd).filter((name) => name !== '.env');
  rmSync(cwd, { recursive: true });
  return { code, output, errors, left, findings: parts.includes('--json') ? findingsIn(output) : [] };
}

/** `live-transcribe doctor --json`. */
export const examine = (environment: Readonly<Record<string, string>> = {}, dotEnv?: string): Promise<Visit> =>
  run(['doctor', '--json'], environment, dotEnv);

/** Without what calls an engine. */
export const examineOffline = (environment: Readonly<Record<string, string>> = {}, dotEnv?: string): Promise<Visit> =>
  run(['doctor', '--json', '--offline'], environment, dotEnv);

function findingsIn(output: string): readonly Finding[] {
  const report: unknown = JSON.parse(output);
  if (typeof report !== 'object' || report === null || !('findings' in report)) throw new Error('No findings.');
  return report.findings as readonly Finding[];
}
