import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./server-process.mjs', import.meta.url));

/** `server-process.mjs` under way, and what it has told. */
export class ServerProcess {
  /** The number of the last event that each session was told is kept. */
  readonly kept = new Map<string, number>();
  readonly fenced = new Set<string>();
  readonly faults: string[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #wake = () => {};
  #rest = '';

  constructor(file: string, prefix: string, sessions: number) {
    this.#child = spawn(process.execPath, [script, file, prefix, String(sessions)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#ended = once(this.#child, 'close');
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#hear(text));
  }

  /** Resolves when what it has told satisfies `enough`. */
  async until(enough: () => boolean): Promise<void> {
    while (!enough()) {
      if (this.#child.exitCode !== null) throw new Error(`The process has ended: ${this.faults.join(' ')}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal);
  }

  /** Kills it; afterwards all that it has told is known. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #hear(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const [session = '', told = ''] = line.split(' ');
      if (told === 'fenced') this.fenced.add(session);
      else if (/^\d+$/.test(told)) this.kept.set(session, Number(told));
      else this.faults.push(line);
    }
    this.#wake();
  }
}
