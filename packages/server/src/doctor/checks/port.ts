import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Config } from '../../config/settings.ts';
import { type Finding, ok, sentenceOf, warning, wrong } from '../finding.ts';

const check = 'port';
/** Of whoever listens there already. */
const answerMs = 2_000;

/** Whether the server could listen where it is told to. */
export async function checkPort({ host, port }: Config): Promise<readonly Finding[]> {
  const server = createServer();
  try {
    server.listen({ host, port });
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return [ok(check, port === 0 ? `Any free one on ${host}.` : `${host}:${port} is free.`)];
  } catch (thrown) {
    return [await explain(thrown, host, port)];
  }
}

async function explain(thrown: unknown, host: string, port: number): Promise<Finding> {
  switch (thrown instanceof Error && 'code' in thrown ? thrown.code : undefined) {
    case 'EADDRINUSE':
      if (await isOurs(host, port)) {
        const mend = 'Nothing to do if it is meant to run; a second one needs another PORT.';
        return warning(check, `A live-transcribe listens on ${host}:${port} already.`, mend);
      }
      return wrong(check, `Another program listens on ${host}:${port}.`, 'Stop it, or set PORT to another number.');
    case 'EACCES':
      return wrong(check, `Port ${port} may be used by the system's administrator only.`, 'Set PORT to 1024 or more.');
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return wrong(
        check,
        `${host} is no address of this machine.`,
        'Set HOST to 127.0.0.1, or 0.0.0.0 for all of its addresses.',
      );
    default:
      return wrong(check, `${host}:${port} cannot be listened on: ${sentenceOf(thrown)}.`, 'Look at HOST and PORT.');
  }
}

async function isOurs(host: string, port: number): Promise<boolean> {
  const everywhere: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' };
  const name = everywhere[host] ?? (host.includes(':') ? `[${host}]` : host);
  try {
    const answer = await fetch(`http://${name}:${port}/openapi.json`, { signal: AbortSignal.timeout(answerMs) });
    return (await answer.text()).slice(0, 500).includes('live-transcribe');
  } catch {
    return false;
  }
}
