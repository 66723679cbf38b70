import type { Gateway } from './gateway.ts';
import type { Log } from './observe/log.ts';

/** Closes the gateway on SIGTERM or SIGINT, so that the process ends by itself; a second signal ends it at once. */
export function stopOnSignal(gateway: Gateway, log: Log): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    // Asked twice, somebody is in a hurry.
    if (stopping) process.exit(1);
    stopping = true;
    log.info(`${signal}: stopping when what was said is finalised`);
    gateway.close().then(
      () => log.info('stopped'),
      (error: unknown) => {
        log.error({ err: error }, 'stopping failed');
        process.exitCode = 1;
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
