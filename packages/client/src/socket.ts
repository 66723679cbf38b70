import { fullAddress, impossible } from './address.ts';
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

export type OpenSocket = (url: string, protocols: string[]) => Socket;

/** Opens a socket. Throws `connection_refused` for an address that is none, or one that the page's security forbids. */
export function openSocketTo(
  url: string | URL,
  token: string | undefined,
  openSocket: OpenSocket = (address, protocols) => new WebSocket(address, protocols),
): Socket {
  const address = fullAddress(url);
  address.protocol = address.protocol.replace('http', 'ws');
  try {
    // Browsers can send no header of their own: the sub-protocols are the one place for a token outside the address.
    return openSocket(address.href, token === undefined ? [] : ['live-transcribe', `token.${token}`]);
  } catch (cause) {
    throw impossible(address, cause);
  }
}

/** The server's codes by RFC 6455's, for a server that closes without having said why. */
const codes: Readonly<Record<number, string>> = {
  1001: 'shutting_down',
  1008: 'bad_message',
  1009: 'message_too_big',
  1011: 'internal',
  1013: 'engine_busy',
};

/** What another attempt meets just the same: a fault of ours, or of the server's settings. */
const lasting = /^(engine_auth|engine_refused)$/;
/** Of the closes for what a client did, those that another socket makes good. */
const passing = /^(idle|start)_timeout$/;

/** Why a socket closed before the conversation was over: what the server `said` last, or what the close itself tells. */
export function closeError(
  { code, reason }: ClosedSocket,
  fallback: 'connection_lost' | 'connection_refused',
  said?: { readonly code: string; readonly message: string },
): TranscriptionError {
  const told = said?.code ?? codes[code] ?? fallback;
  const because = reason === '' ? '' : ` Its reason: ${reason}`;
  const clientsFault = code >= 1007 && code <= 1009;
  const retryable = passing.test(told) || !(clientsFault || lasting.test(told));
  return new TranscriptionError(told, said?.message ?? `The connection ended (${code}).${because}`, { retryable });
}
