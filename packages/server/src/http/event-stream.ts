import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import {
  type Clock,
  type FeedOptions,
  feed,
  type LoggedEvent,
  type Partial,
  passes,
  withTimeLimit,
} from '@live-transcribe/core';
import { watcherMessages } from '@live-transcribe/protocols';
import type { Log } from '../observe/log.ts';

export interface EventStreamOptions extends Omit<FeedOptions, 'signal'> {
  readonly clock: Clock;
  readonly log: Log;
}

/** Proxies close what is silent for a minute. */
const heartbeatMs = 15_000;
/** A reader that takes nothing for so long is cut off; when it comes back it goes on where it was. */
const stalledMs = 30_000;
/** How soon a browser comes back. */
const retryMs = 2_000;
/** Bytes that wait for a slow reader; what else there is waits in the store. */
const waitingBytes = 16 * 1024;

/** A session as server-sent events, to its end or until the reader has gone; destroy it to end it early. */
export function eventStream(options: EventStreamOptions): PassThrough {
  const stream = new PassThrough({ highWaterMark: waitingBytes });
  const ending = new AbortController();
  stream.on('close', () => ending.abort());
  // The reader has gone, which is no fault.
  stream.on('error', () => undefined);
  void follow(stream, options, ending.signal).finally(() => stream.end());
  void beat(stream, options.clock, ending.signal);
  return stream;
}

async function follow(stream: PassThrough, options: EventStreamOptions, signal: AbortSignal): Promise<void> {
  const { clock, log, session } = options;
  const write = watcherMessages();
  const limit = { ms: stalledMs, clock, signal, onLate: () => stream.destroy() };
  stream.write(`retry: ${retryMs}\n\n`);
  try {
    for await (const event of feed({ ...options, signal })) {
      const data = write(event);
      if (data === undefined || stream.write(framed(event, data))) continue;
      await withTimeLimit(limit, () => once(stream, 'drain', { signal }));
    }
  } catch (thrown) {
    if (!signal.aborted) log.warn({ err: thrown, session }, 'a watcher was let go');
  }
}

function framed(event: LoggedEvent | Partial, data: string): string {
  const id = 'seq' in event ? `id: ${event.seq}\n` : '';
  return `${id}event: ${nameOf(event)}\ndata: ${data}\n\n`;
}

function nameOf(event: LoggedEvent | Partial): string {
  switch (event.kind) {
    case 'opened':
      return 'started';
    case 'segment_failed':
    case 'gap':
      return 'error';
    case 'closed':
      return event.error ? 'error' : 'ended';
    case 'partial':
    case 'final':
    case 'words':
    case 'resumed':
    case 'engine_changed':
      return event.kind;
    default:
      return event satisfies never;
  }
}

async function beat(stream: PassThrough, clock: Clock, signal: AbortSignal): Promise<void> {
  while (await passes(clock, heartbeatMs, signal)) {
    if (!stream.writableNeedDrain && stream.writable) stream.write(': still here\n\n');
  }
}
