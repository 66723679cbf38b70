import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { ClusterNode } from './cluster-node.ts';

const checkMs = 200;

/** Spreads TCP connections over the servers that say they are ready, one after the other, as load balancers do. */
export class Balancer {
  readonly #nodes: readonly ClusterNode[];
  readonly #server: Server;
  readonly #ready = new Set<ClusterNode>();
  /** Both ends of each connection. */
  readonly #sockets = new Map<Socket, { readonly node: ClusterNode; readonly far: Socket }>();
  readonly #ending = new AbortController();
  readonly #checking: Promise<unknown>;
  #turn = 0;

  private constructor(nodes: readonly ClusterNode[], server: Server) {
    this.#nodes = nodes;
    this.#server = server;
    server.on('connection', (near) => this.#welcome(near));
    this.#checking = Promise.all(nodes.map((node) => this.#check(node)));
  }

  static async open(nodes: readonly ClusterNode[]): Promise<Balancer> {
    const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Balancer(nodes, server);
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Cuts the connections to one server. */
  cut(node: ClusterNode): void {
    this.#ready.delete(node);
    for (const [near, { node: its, far }] of this.#sockets) {
      if (its !== node) continue;
      near.destroy();
      far.destroy();
    }
  }

  async close(): Promise<void> {
    this.#ending.abort();
    this.#server.close();
    for (const node of this.#nodes) this.cut(node);
    await this.#checking;
  }

  async #check(node: ClusterNode): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      if (await node.isReady()) this.#ready.add(node);
      else this.#ready.delete(node);
      await wait(checkMs, undefined, { signal }).catch(() => undefined);
    }
  }

  #welcome(near: Socket): void {
    near.on('error', () => undefined);
    this.#turn += 1;
    const inTurn = this.#nodes.map((_, index) => this.#nodes[(this.#turn + index) % this.#nodes.length]);
    const nodes = inTurn.flatMap((node) => (node ? [node] : []));
    const ready = nodes.filter((node) => this.#ready.has(node));
    // Where all seem to be down it is rather the check that is late.
    this.#pass(near, ready.length > 0 ? ready : nodes);
  }

  /** To the first of these that takes it. */
  #pass(near: Socket, [node, ...others]: readonly ClusterNode[]): void {
    if (!node || this.#ending.signal.aborted) {
      near.destroy();
      return;
    }
    const far = connect(node.port, '127.0.0.1');
    const refused = () => this.#pass(near, others);
    far.once('error', refused);
    far.once('connect', () => {
      far.off('error', refused);
      far.on('error', () => near.destroy());
      near.on('close', () => {
        this.#sockets.delete(near);
        far.destroy();
      });
      far.on('close', () => near.destroy());
      this.#sockets.set(near, { node, far });
      near.pipe(far).pipe(near);
    });
  }
}
