import { TranscriptionError } from './errors.ts';

/** As much of a WebSocket as the SDK uses: the browser's, Node's own and that of the package `ws` all have it. */
export interface Socket {
  readonly readyState: number;
  readonly bufferedAmount: number;
  binaryType: string;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'open' | 'error', listener: () => void, options: ListenerOptions): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void, options: ListenerOptions): void;
  addEventListener(type: 'close', listener: (event: ClosedSocket) => void, options: ListenerOptions): void;
}

interface ListenerOptions {
  readonly once?: boolean;
}

export interface ClosedSocket {
  readonly code: number;
  readonly reason: string;
}

/** `WebSocket.OPEN`, whether or not there is a global `WebSocket`. */
export const socketOpen = 1;

export type OpenSocket = (url: string) => Socket;

/** The address as a WebSocket wants it; `http:` and `https:` are welcome, so that a page can pass its own. */
export function socketAddress(url: string | URL): string {
  const address = new URL(url);
  if (address.protocol === 'http:') address.protocol = 'ws:';
  if (address.protocol === 'https:') address.protocol = 'wss:';
  return address.href;
}

/** The server's codes by RFC 6455's, for a server that closes without having said why. */
const codes: Readonly<Record<number, string>> = {
  1001: 'shutting_down',
  1008: 'bad_message',
  1009: 'message_too_big',
  1011: 'internal',
  1013: 'engine_busy',
};

/** Why a socket closed before the conversation was over, as far as the close itself tells. */
export function closeError({ code, reason }: ClosedSocket, fallback: 'connection_lost' | 'connection_refused') {
  const told = codes[code];
  const because = reason === '' ? '' : ` Its reason: ${reason}`;
  if (told !== undefined) return new TranscriptionError(told, `The server ended the connection (${code}).${because}`);
  const message =
    fallback === 'connection_lost' ? 'The connection to the server broke off.' : 'No connection came about.';
  return new TranscriptionError(fallback, `${message}${because}`);
}
