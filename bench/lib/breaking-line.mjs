/** A line between clients and a server that can be cut: every connection over it then breaks at once. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

export async function breakingLine(targetPort) {
  const sockets = new Set();
  const server = createServer((near) => {
    const far = connect(targetPort(), '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ]) {
      sockets.add(one);
      one.pipe(other);
      // Either end may go at any time: that is what it is for.
      one.on('error', () => undefined);
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: server.address().port,
    cut() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    async close() {
      this.cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
