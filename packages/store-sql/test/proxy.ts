import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a server that can be shut, opened again, and left silent: then it takes what comes and passes nothing on. */
export class Proxy {
  readonly #port: number;
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #silent = false;
  #lastWords: string | undefined;

  private constructor(port: number, target: number) {
    this.#port = port;
    this.#target = target;
  }

  /** To a port of this machine. */
  static async to(target: number): Promise<Proxy> {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as AddressInfo;
    probe.close();
    await once(probe, 'close');
    const proxy = new Proxy(port, target);
    await proxy.open();
    return proxy;
  }

  /** `url` by this way. */
  by(url: string): string {
    const through = new URL(url);
    through.port = String(this.#port);
    return through.href;
  }

  /** How many go this way now. */
  get connections(): number {
    return this.#sockets.size / 2;
  }

  async open(): Promise<void> {
    this.#silent = false;
    this.#lastWords = undefined;
    this.#server = createServer((near) => {
      const far = connect(this.#target, '127.0.0.1');
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.on('data', (bytes: Buffer) => this.#pass(bytes, to));
        from.on('error', () => undefined);
        from.on('close', () => {
          this.#sockets.delete(from);
          to.destroy();
        });
      }
    }).listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** Refuses who comes, and drops who is there. */
  async shut(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** From now on, or from when somebody says `lastWords`. */
  silence(lastWords?: string): void {
    if (lastWords === undefined) this.#silent = true;
    else this.#lastWords = lastWords;
  }

  #pass(bytes: Buffer, to: Socket): void {
    if (this.#lastWords !== undefined && bytes.includes(this.#lastWords)) this.#silent = true;
    if (!this.#silent) to.write(bytes);
  }
}
