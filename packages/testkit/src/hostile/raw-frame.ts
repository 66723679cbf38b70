export interface RawFrame {
  readonly payload: Uint8Array;
  /** RFC 6455: 1 text, 2 binary, 8 close, 9 ping, 10 pong, 0 goes on; what else there is is reserved. */
  readonly opcode: number;
  readonly fin?: boolean;
  /** Three bits; the first says that the payload is compressed. */
  readonly rsv?: number;
  readonly masked?: boolean;
  /** What the frame says of its length, where that is a lie. */
  readonly claims?: number;
}

const mask = Uint8Array.of(0x12, 0x34, 0x56, 0x78);

/** A WebSocket frame, byte for byte as it is asked for. */
export function rawFrame({ payload, opcode, fin = true, rsv = 0, masked = true, claims }: RawFrame): Buffer {
  const length = claims ?? payload.length;
  const maskBit = masked ? 0x80 : 0;
  const first = (fin ? 0x80 : 0) | ((rsv & 7) << 4) | (opcode & 15);
  const body = masked ? payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0)) : payload;
  const head = [Buffer.from([first]), lengthOf(length, maskBit), ...(masked ? [mask] : []), body];
  return Buffer.concat(head);
}

function lengthOf(length: number, maskBit: number): Buffer {
  if (length < 126) return Buffer.from([maskBit | length]);
  if (length < 65_536) return Buffer.from([maskBit | 126, length >> 8, length & 255]);
  const long = Buffer.alloc(9);
  long.writeUInt8(maskBit | 127);
  long.writeBigUInt64BE(BigInt(length), 1);
  return long;
}

export interface RawRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: readonly string[];
  readonly body?: string;
}

export function rawRequest({ method = 'GET', path, headers = [], body = '' }: RawRequest): Buffer {
  return Buffer.from([`${method} ${path} HTTP/1.1`, ...headers, '', body].join('\r\n'), 'utf8');
}

/** The handshake of a WebSocket. */
export const rawUpgrade = (path: string, headers: readonly string[] = []): Buffer =>
  rawRequest({
    path,
    headers: [
      'Host: localhost',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      ...headers,
    ],
  });
