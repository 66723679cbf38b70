/** As much of a gateway as a page needs to be looked at: its files, its status, one kept session, and a socket that talks. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { WebSocketServer } from 'ws';

const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

export const sentence = (index) =>
  `This is sentence number ${index}, ${'and it goes on '.repeat(index % 9)}to its end, where another one begins.`;

/** `talk` is given each socket that has said its start message; `segments` are in the session "long". */
export async function openPageGateway({ folder, segments, talk }) {
  const items = Array.from({ length: segments }, (_, segment) => {
    return { segment, start: segment * 4, end: segment * 4 + 3, text: sentence(segment) };
  });
  const session = {
    id: 'long',
    started_at: new Date(0).toISOString(),
    ended_at: null,
    live: false,
    duration: 1,
    items,
  };
  const answers = {
    '/': { status: 'ok', model_name: 'bench' },
    '/config': { engine: 'bench', languages: 'any' },
    '/readyz': { status: 'ok' },
    '/v1/sessions/long': session,
  };
  const server = createServer((request, response) => void respond(request, response));
  const respond = async (request, response) => {
    const { pathname } = new URL(request.url, 'http://any');
    const answer = answers[pathname];
    if (answer) return response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    const content = await readFile(join(folder, pathname.replace(/^\/static/, ''))).catch(() => undefined);
    if (content === undefined) return response.writeHead(404).end();
    response.setHeader('content-type', types[extname(pathname)] ?? 'application/octet-stream').end(content);
  };
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => {
    const say = (message) => socket.send(JSON.stringify(message));
    socket.on('message', (data, isBinary) => {
      if (isBinary) return;
      const { action } = JSON.parse(Buffer.from(data).toString());
      if (action === 'start') {
        say({ session_id: 'bench', engine: 'bench', model: 'bench', language: 'en' });
        talk(say);
      } else if (action === 'stop') {
        say({ ended: true, duration: 1 });
        socket.close(1000);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}/static/index.html`,
    close: () => {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      server.close();
    },
  };
}
