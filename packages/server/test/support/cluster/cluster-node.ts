import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./node.mjs', import.meta.url));

/** A server process that can be ended in any way and started again, on the same port. */
export class ClusterNode {
  readonly #environment: Readonly<Record<string, string>>;
  /** What it has said, for whoever wants to know why a test fails. */
  readonly said: string[] = [];
  #child: ChildProcess | undefined;
  #ended: Promise<unknown> = Promise.resolve();
  #port = 0;

  constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = environment;
  }

  get port(): number {
    return this.#port;
  }

  get address(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Resolves when it listens. */
  async start(): Promise<void> {
    const env = { ...this.#environment, PATH: String(process.env['PATH']), PORT: String(this.#port) };
    const child = spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.#child = child;
    this.#ended = once(child, 'close');
    for (const output of [child.stdout, child.stderr]) output?.on('data', (text) => this.said.push(String(text)));
    const listening = once(child, 'message').then(([message]: unknown[]) => message as { port: number });
    const failed = this.#ended.then(() => {
      throw new Error(`A server has not started: ${this.said.slice(-5).join('')}`);
    });
    // Whoever comes second is nobody's.
    failed.catch(() => undefined);
    this.#port = (await Promise.race([listening, failed])).port;
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#ended;
  }

  /** SIGTERM; answers with what it exits. */
  async stop(): Promise<number | null> {
    this.#child?.kill('SIGTERM');
    await this.#ended;
    return this.#child?.exitCode ?? null;
  }

  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  wake(): void {
    this.#child?.kill('SIGCONT');
  }

  async isReady(): Promise<boolean> {
    try {
      const response = await fetch(`${this.address}/readyz`, { signal: AbortSignal.timeout(3_000) });
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false;
    }
  }
}
