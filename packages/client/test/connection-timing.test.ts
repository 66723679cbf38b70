import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connect } from '../src/connection.ts';
import type { ClosedSocket, Socket } from '../src/socket.ts';

type Listeners = {
  open: () => void;
  error: () => void;
  message: (event: { data: unknown }) => void;
  close: (event: ClosedSocket) => void;
};

/** A socket without a network, so that time can be moved by hand. */
class ManualSocket implements Socket {
  readyState = 1;
  bufferedAmount = 0;
  binaryType = 'blob';
  readonly sent: unknown[] = [];
  closedWith: number | undefined;
  readonly #listeners: Partial<Listeners> = {};

  addEventListener<Type extends keyof Listeners>(type: Type, listener: Listeners[Type]): void {
    this.#listeners[type] = listener;
  }

  send(data: unknown): void {
    this.sent.push(data);
  }

  close(code?: number): void {
    this.closedWith = code;
  }

  open(): void {
    this.#listeners.open?.();
  }

  hear(message: object): void {
    this.#listeners.message?.({ data: JSON.stringify(message) });
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

async function converse() {
  const socket = new ManualSocket();
  const connecting = connect({ url: 'http://gateway/', sampleRate: 24_000, openSocket: () => socket });
  socket.open();
  socket.hear({ session_id: 'a1' });
  return { socket, connection: await connecting };
}

describe('waits are bounded', () => {
  it('a server that never begins is given up after 10 s', async () => {
    const socket = new ManualSocket();
    const connecting = connect({ url: 'ws://gateway/', sampleRate: 24_000, openSocket: () => socket });
    const refused = expect(connecting).rejects.toMatchObject({ code: 'connection_timeout' });
    await vi.advanceTimersByTimeAsync(10_000);
    await refused;
    expect(socket.closedWith).toBe(1000);
  });

  it('a server that never ends is given up after 10 s of silence', async () => {
    const { socket, connection } = await converse();
    const stopping = expect(connection.stop()).rejects.toMatchObject({ code: 'connection_timeout' });
    await vi.advanceTimersByTimeAsync(9_000);
    socket.hear({ final: 'a', segment: 0, start: 0, end: 1 });
    await vi.advanceTimersByTimeAsync(9_000);
    expect(socket.closedWith).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1_000);
    await stopping;
    expect(socket.closedWith).toBe(1000);
  });

  it('audio that still leaves is a sign of life', async () => {
    const { socket, connection } = await converse();
    socket.bufferedAmount = 1_000;
    const stopping = expect(connection.stop()).rejects.toMatchObject({ code: 'connection_timeout' });
    socket.bufferedAmount = 500;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(socket.closedWith).toBeUndefined();
    await vi.advanceTimersByTimeAsync(10_000);
    await stopping;
  });
});
