import type { LoggedEvent } from '@live-transcribe/core';

/** A session's last event. */
export type Closed = Extract<LoggedEvent, { kind: 'closed' }>;

/** Why a session ended, in one word; it was given up without a word where it broke. */
export const endOf = (closed: Closed | undefined): string =>
  closed ? (closed.error?.code ?? (closed.stopped ? 'stopped' : 'left')) : 'internal';

/** Whether the operator, rather than the client, has something to look after when a session ends so. */
export const isOurs = (reason: string): boolean =>
  /^(?:engine_|store_|internal)/.test(reason) && reason !== 'store_fenced';
