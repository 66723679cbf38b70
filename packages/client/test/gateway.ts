import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

export interface Client {
  /** Text messages parsed, binary ones as their bytes. */
  next(): Promise<unknown>;
  say(message: object): void;
  readonly socket: WebSocket;
  readonly closed: Promise<number>;
}

/** The server's end of a socket, in the hands of a test. */
export async function openGateway() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}/v1/transcriptions`,
    /** The next client, from its very first message on. */
    client: async (): Promise<Client> => {
      const [socket]: WebSocket[] = await once(server, 'connection');
      if (socket === undefined) throw new Error('No client came.');
      const messages: unknown[] = [];
      let wake = () => {};
      socket.on('message', (data: Buffer, isBinary) => {
        messages.push(isBinary ? data : JSON.parse(data.toString()));
        wake();
      });
      return {
        socket,
        closed: once(socket, 'close').then(([code]) => Number(code)),
        say: (message) => socket.send(JSON.stringify(message)),
        next: async () => {
          while (messages.length === 0) await new Promise<void>((resolve) => (wake = resolve));
          return messages.shift();
        },
      };
    },
    close: async () => {
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
