import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Simulator, startSimulator } from '@live-transcribe/realtime-simulator';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const report = fileURLToPath(new URL('../../../../bench/lib/relay-report.mjs', import.meta.url));

/** The built server as a process of its own, with the simulator as its engine, and all that it writes. */
export class HostileServer {
  readonly port: number;
  readonly lines: string[];
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown[]>;
  readonly #simulator: Simulator;
  readonly #folder: string;

  private constructor(child: ChildProcess, port: number, lines: string[], simulator: Simulator, folder: string) {
    this.#child = child;
    this.#exited = once(child, 'exit');
    this.port = port;
    this.lines = lines;
    this.#simulator = simulator;
    this.#folder = folder;
  }

  static async start(environment: Record<string, string>): Promise<HostileServer> {
    const simulator = await startSimulator();
    const folder = mkdtempSync(join(tmpdir(), 'live-transcribe-hostile-'));
    const child = fork(main, {
      cwd: folder,
      execArgv: ['--expose-gc', '--import', report],
      env: {
        PORT: '0',
        ENGINE: 'openai',
        OPENAI_API_KEY: 'sk-of-the-hostile-suite',
        OPENAI_BASE_URL: simulator.baseUrl,
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const lines: string[] = [];
    const port = await new Promise<number>((resolve, reject) => {
      const read = (line: string) => {
        lines.push(line);
        const [, found] = /localhost:(\d+)/.exec(line) ?? [];
        if (found !== undefined) resolve(Number(found));
      };
      for (const stream of [child.stdout, child.stderr])
        if (stream) createInterface({ input: stream }).on('line', read);
      child.once('exit', () => reject(new Error(`It did not start: ${lines.join('\n')}`)));
    });
    return new HostileServer(child, port, lines, simulator, folder);
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Megabytes that are in use after garbage was collected. */
  async usedMb(): Promise<number> {
    const answered = once(this.#child, 'message');
    this.#child.send({ what: 'collect' });
    const [{ usedKb }] = (await answered) as [{ readonly usedKb: number }];
    return usedKb / 1024;
  }

  /** Stops it, and answers its exit code. */
  async stop(): Promise<unknown> {
    this.#child.kill('SIGTERM');
    const [code] = await this.#exited;
    await this.#simulator.close();
    rmSync(this.#folder, { recursive: true, force: true });
    return code;
  }
}
