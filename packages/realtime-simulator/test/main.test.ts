import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** What is started as a process is the built program. */
const main = resolve(import.meta.dirname, '../dist/main.js');

describe('the simulator as a program', () => {
  it('says its address, answers, and stops when told', async () => {
    const program = spawn(process.execPath, [main], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(program.stdout, 'data');
    const baseUrl = /OPENAI_BASE_URL=(\S+)/.exec(String(line))?.[1];
    const headers = { authorization: 'Bearer sk-any' };
    expect((await fetch(`${baseUrl}/realtime/client_secrets`, { method: 'POST', headers })).status).toBe(200);
    program.kill('SIGTERM');
    expect(await once(program, 'exit')).toEqual([0, null]);
  });

  it('says what is wrong with a port', async () => {
    const program = spawn(process.execPath, [main, '--port', 'eighty'], { stdio: ['ignore', 'ignore', 'pipe'] });
    const [[line], [code]] = await Promise.all([once(program.stderr, 'data'), once(program, 'exit')]);
    expect(String(line)).toContain('eighty');
    expect(code).toBe(2);
  });
});
