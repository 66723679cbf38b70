import type { Socket } from 'node:net';
import { ClientError } from '@live-transcribe/core';
import type { ClientSocket } from '../client-socket.ts';

export interface SlownessLimits {
  readonly slowReaderSeconds: number;
  readonly slowSenderSeconds: number;
  readonly idleMs: number;
}

/** Pings and pongs come beside messages; a part of a message is more than they are. */
const besideMessages = 1_024;

/** Finds, from one look to the next, that a client does not read, does not finish its message, or says nothing. */
export class Slowness {
  readonly #client: ClientSocket;
  readonly #line: Pick<Socket, 'bytesRead'>;
  #heard = -1;
  #bytes = 0;

  constructor(client: ClientSocket, line: Pick<Socket, 'bytesRead'>) {
    this.#client = client;
    this.#line = line;
  }

  /** What it is to be let go for; `now` as of `performance.now()`. */
  look(now: number, { slowReaderSeconds, slowSenderSeconds, idleMs }: SlownessLimits): ClientError | undefined {
    const { lastHeard, waitingSince, paused } = this.#client;
    if (waitingSince !== undefined && now - waitingSince >= slowReaderSeconds * 1000) {
      return new ClientError('too_slow', `Nothing of what waits was read for ${slowReaderSeconds} s.`);
    }
    if (lastHeard !== this.#heard || paused) {
      this.#heard = lastHeard;
      this.#bytes = this.#line.bytesRead;
    }
    const silentMs = now - lastHeard;
    if (silentMs >= slowSenderSeconds * 1000 && this.#line.bytesRead - this.#bytes > besideMessages) {
      return new ClientError('too_slow', `One message took longer than ${slowSenderSeconds} s to arrive.`);
    }
    if (silentMs < idleMs) return undefined;
    return new ClientError('idle_timeout', `Nothing was sent for ${Math.round(idleMs / 1000)} s.`);
  }
}
