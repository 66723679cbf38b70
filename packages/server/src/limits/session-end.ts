import { ClientError, type Clock } from '@live-transcribe/core';
import type { Principal } from '../auth/principal.ts';
import type { ClientSocket } from '../client-socket.ts';

export interface SessionEndOptions {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly principal: Pick<Principal, 'maxSessionSeconds'>;
  readonly maxSessionMinutes: number;
  readonly clock: Clock;
  readonly socket: Pick<ClientSocket, 'endWith'>;
}

/** Lets the client go when its session has lasted as long as it may; the work is done when `done` is aborted. */
export async function endInTime(options: SessionEndOptions, done: AbortSignal): Promise<void> {
  const { startedAt, principal, maxSessionMinutes, clock, socket } = options;
  const seconds = Math.min(principal.maxSessionSeconds ?? Number.POSITIVE_INFINITY, maxSessionMinutes * 60);
  try {
    await clock.wait(Math.max(0, startedAt + seconds * 1000 - Date.now()), done);
  } catch {
    return;
  }
  socket.endWith(new ClientError('session_too_long', `A session may last ${seconds} s here, and this one has.`));
}
