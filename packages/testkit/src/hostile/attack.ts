import { connect, type Socket } from 'node:net';
import type { Burst, HostileTraffic } from './traffic.ts';

export interface AttackOptions {
  readonly port: number;
  readonly traffic: HostileTraffic;
  /** Frames, handshakes and requests. */
  readonly items: number;
  /** Connections at a time. */
  readonly together: number;
  /** Called now and then with what was sent so far. */
  readonly onProgress?: (sent: number) => void;
}

/** A connection that is neither answered nor closed for so long is given up by the attacker. */
const giveUpMs = 1_000;

/** Sends so much of the traffic, over as many connections as it takes; resolves with what was sent. */
export async function attack({ port, traffic, items, together, onProgress }: AttackOptions): Promise<number> {
  let sent = 0;
  const attacker = async () => {
    while (sent < items) {
      const burst = traffic.next();
      sent += burst.items;
      await send(port, burst);
      onProgress?.(sent);
    }
  };
  await Promise.all(Array.from({ length: together }, attacker));
  return sent;
}

/** Over a connection of its own; resolves when that is closed. */
function send(port: number, { bytes, waits = false }: Burst): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.setTimeout(giveUpMs, () => socket.destroy());
    socket.on('error', () => undefined);
    // What is answered is read, so that the server is not held up by this end.
    socket.resume();
    socket.on('close', () => resolve());
    if (waits) socket.write(bytes);
    // Closed on this side only: all of it is still to be read on the other.
    else socket.end(bytes);
    socket.on('end', () => socket.destroy());
  });
}

export interface HeldConnections {
  readonly sockets: readonly Socket[];
  /** Resolves when the server has closed all of them. */
  readonly closed: Promise<unknown>;
  release(): void;
}

/** Opens `count` connections, says `first` on each and then `drip` again and again, until the server has had enough. */
export async function holdOpen(
  port: number,
  count: number,
  first: Uint8Array,
  { drip, everyMs = 200 }: { readonly drip?: Uint8Array; readonly everyMs?: number } = {},
): Promise<HeldConnections> {
  const sockets: Socket[] = [];
  const closings: Promise<void>[] = [];
  // The queue of connections that wait to be accepted is no longer than 511.
  const together = 200;
  for (let at = 0; at < count; at += together) {
    const opened = Array.from({ length: Math.min(together, count - at) }, () => {
      const socket = connect(port, '127.0.0.1');
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.resume();
      closings.push(new Promise((resolve) => socket.on('close', () => resolve())));
      return new Promise<void>((resolve) => {
        socket.on('close', () => resolve());
        socket.on('connect', () => socket.write(first, () => resolve()));
      });
    });
    await Promise.all(opened);
  }
  const dripping =
    drip === undefined ? undefined : setInterval(() => sockets.forEach((each) => each.write(drip)), everyMs);
  const closed = Promise.all(closings).finally(() => clearInterval(dripping));
  return { sockets, closed, release: () => sockets.forEach((socket) => socket.destroy()) };
}
