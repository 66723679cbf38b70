import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Sends `bytes` and leaves the answer open, until the test breaks it off: else a client may never see what it was sent. */
type Hold = (response: ServerResponse, bytes: Buffer) => void;
export type Handler = (request: IncomingMessage, response: ServerResponse, visit: number, hold: Hold) => void;

/** A server whose every answer is the test's; `visits` are the requests so far, by path. */
export async function serve(handler: Handler) {
  const visits: IncomingMessage[] = [];
  const hold: Hold = (response, bytes) => {
    held.add(response);
    response.write(bytes);
  };
  const server = createServer((request, response) => {
    visits.push(request);
    // A dropped connection is what these tests are about.
    response.on('error', () => undefined);
    handler(request, response, visits.filter(({ url }) => url === request.url).length, hold);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const held = new Set<ServerResponse>();
  /** Breaks the answers off that have been sent as far as they shall be. */
  const drop = () => {
    for (const response of held) response.destroy();
    held.clear();
  };
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}`, visits, drop, close };
}

export interface Honest {
  readonly etag?: string;
  /** Holds each answer after so many bytes. */
  readonly holdAfter?: number;
}

/** As GitHub serves a release's file: with a strong ETag, ranges, and If-Range. */
export function honestly(
  content: Buffer,
  { etag = '"v1"', holdAfter = Number.POSITIVE_INFINITY }: Honest = {},
): Handler {
  return (request, response, _, hold) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const isRange = request.headers.range !== undefined && request.headers['if-range'] === etag;
    const start = isRange ? from : 0;
    const headers = { 'content-type': 'application/octet-stream', etag, 'accept-ranges': 'bytes' };
    if (isRange && start >= content.length) {
      response.writeHead(416, { ...headers, 'content-range': `bytes */${content.length}` }).end();
      return;
    }
    const range = { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` };
    const length = { 'content-length': content.length - start };
    response.writeHead(isRange ? 206 : 200, { ...headers, ...length, ...(isRange && range) });
    const rest = content.subarray(start);
    if (rest.length <= holdAfter) response.end(rest);
    else hold(response, rest.subarray(0, holdAfter));
  };
}
