/** A process of the benchmark: started, asked what it has used, and ended. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const reportPath = fileURLToPath(new URL('./relay-report.mjs', import.meta.url));
const startWithinMs = 15_000;

/** A port that nobody has now. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function isListening(port) {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Starts `program`, a file, and resolves when it listens on `port`; what it says is written to the open file `output`. */
export async function startProcess(program, { port, args = [], nodeArgs = [], env = {}, cwd, output = 'ignore' }) {
  const execArgv = [...nodeArgs, '--expose-gc', '--import', reportPath];
  const { PATH } = process.env;
  const child = fork(program, args, {
    execArgv,
    env: { PATH, ...env },
    cwd,
    stdio: ['ignore', output, output === 'ignore' ? 'inherit' : output, 'ipc'],
  });
  const exited = once(child, 'exit');
  for (const began = performance.now(); !(await isListening(port)); ) {
    if (child.exitCode !== null || performance.now() - began > startWithinMs) {
      child.kill('SIGKILL');
      throw new Error(`${program} does not listen on port ${port}.`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const ask = async (what, path) => {
    const answered = once(child, 'message');
    child.send({ what, path });
    return (await answered)[0];
  };
  return {
    /** Whether it runs. */
    get alive() {
      return child.exitCode === null && child.signalCode === null;
    },
    /** CPU so far, and memory as it is. */
    usage: () => ask('usage'),
    /** The same after its garbage was collected. */
    collected: () => ask('collect'),
    startProfile: () => ask('start profile'),
    writeProfile: (path) => ask('write profile', path),
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
