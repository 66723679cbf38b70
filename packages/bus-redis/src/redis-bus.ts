import { randomUUID } from 'node:crypto';
import {
  type BusCall,
  type BusMessage,
  type Clock,
  type EventBus,
  LocalBus,
  Subscription,
  systemClock,
  type Wanted,
  withTimeLimit,
} from '@live-transcribe/core';
import { Interest } from './interest.ts';
import { Outgoing } from './outgoing.ts';
import { Post } from './post.ts';
import { Questions } from './questions.ts';
import { Reader } from './reader.ts';
import { type RedisOptions, Weather } from './redis.ts';
import { type Call, decode, type Letter } from './wire.ts';

export interface RedisBusOptions extends RedisOptions {
  /** Of all keys; those that share it are one cluster. */
  readonly prefix?: string;
  readonly clock?: Clock;
}

/** A server does not wait any longer for Redis when it starts. */
const firstTryMs = 2_000;
const renewalMs = 10_000;
/** What others watch is told again every 10 s: who reads so far back knows all of it. */
const pastMs = 30_000;
const sessionsPerCall = 500;
/** Calls that wait to be read here; a watcher whose call is lost is told of nothing until the next sign of life. */
const mostCalls = 4_096;

/**
 * A bus by Redis Streams. Each server has a stream of its own, in which others put what it watches, and all read one in
 * which they say what they watch: a session that nobody watches elsewhere costs nothing, and a server reads two streams by
 * one connection, however much it watches. What is watched where it happens needs no Redis.
 */
export class RedisBus implements EventBus {
  readonly #server = randomUUID();
  /** What nobody watches here any more. Others are told with the next renewal: who has left often comes back at once. */
  readonly #left = new Set<string>();
  readonly #local = new LocalBus((session) => this.#left.add(session));
  readonly #interest: Interest;
  readonly #outgoing = new Outgoing();
  readonly #questions: Questions;
  readonly #calls = new Subscription<BusCall>({ capacity: mostCalls });
  readonly #reader: Reader;
  readonly #post: Post;
  readonly #renewing: NodeJS.Timeout;
  /** What is watched here, which others do not know yet. */
  #news: string[] = [];
  #sending: Promise<void> | undefined;
  #isClosed = false;

  /** Resolves when it reaches the others, or has tried to: without Redis it works for those who are here. */
  static async open(options: RedisBusOptions): Promise<RedisBus> {
    let tried = () => {};
    const firstTry = new Promise<void>((resolve) => {
      tried = resolve;
    });
    const bus = new RedisBus(options, tried);
    const { clock = systemClock } = options;
    await withTimeLimit({ ms: firstTryMs, clock, onLate: tried }, () => firstTry);
    return bus;
  }

  private constructor(
    { url, warn, prefix = 'live-transcribe', clock = systemClock }: RedisBusOptions,
    tried: () => void,
  ) {
    this.#interest = new Interest(() => clock.now());
    this.#questions = new Questions(clock);
    const weather = new Weather(warn, 'Sessions go on; what is said at other servers is followed by way of the store.');
    this.#post = new Post({ url, prefix, clock, told: weather.tell, onReady: () => this.#send() });
    this.#reader = new Reader({
      ...{ url, clock, pastMs },
      streams: {
        [this.#post.callsKey]: (text, isLate) => this.#hearCalls(text, isLate),
        [this.#post.inboxOf(this.#server)]: (text) => this.#hearLetters(text),
      },
      told: (error) => error && tried(),
      onReady: () => {
        tried();
        this.#renew();
      },
    });
    this.#renewing = setInterval(() => this.#renew(), renewalMs);
    this.#renewing.unref();
  }

  publish(session: string, message: BusMessage): void {
    this.#local.publish(session, message);
    const servers = this.#interest.of(session);
    if (!servers || this.#isClosed) return;
    for (const to of servers.keys()) this.#outgoing.add({ to, letter: { kind: 'said', session, message } });
    this.#send();
  }

  subscribe(session: string): AsyncIterableIterator<BusMessage> {
    const isNew = !this.#local.watched.has(session);
    const watch = this.#local.subscribe(session);
    if (isNew) {
      this.#news.push(session);
      this.#send();
    }
    return watch;
  }

  calls(): AsyncIterable<BusCall> {
    return this.#calls;
  }

  async ask(wanted: Wanted): Promise<'let go' | 'silent'> {
    if (!this.#reader.isReady || !this.#post.isReady || this.#isClosed) return 'silent';
    return this.#questions.ask((question) => this.#post.call(this.#server, [{ kind: 'wanted', ...wanted, question }]));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#renewing);
    this.#questions.end();
    this.#calls.end();
    await this.#local.close();
    await this.#sending;
    await this.#post.close(this.#server);
    await this.#reader.end();
  }

  /** Only what waits: who watches is asked for again when the reader is ready. */
  #send(): void {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
    });
  }

  async #sendAll(): Promise<void> {
    // What is said in this turn of the event loop goes together.
    await Promise.resolve();
    if (!this.#post.isReady) this.#outgoing.dropReplaceable();
    while (this.#post.isReady && (this.#news.length > 0 || !this.#outgoing.isEmpty)) {
      await this.#post.send(this.#server, this.#takeNews(), this.#outgoing);
    }
  }

  #takeNews(): Call[] {
    const news = this.#news;
    this.#news = [];
    return chunks(news).map((sessions) => ({ kind: 'watching', sessions, isNew: true }));
  }

  /** Says again what is watched here, so that those know who have come since, or have missed it. */
  #renew(): void {
    this.#interest.sweep();
    const { watched } = this.#local;
    const left = [...this.#left].filter((session) => !watched.has(session));
    this.#left.clear();
    const calls: Call[] = [
      ...chunks([...watched.keys()]).map((sessions) => ({ kind: 'watching', sessions, isNew: false }) as const),
      ...chunks(left).map((sessions) => ({ kind: 'unwatched', sessions }) as const),
    ];
    if (calls.length === 0 || !this.#post.isReady) return;
    // Ten seconds later there is another one.
    this.#post.call(this.#server, calls).catch(() => undefined);
  }

  #hearCalls(text: string | undefined, isLate: boolean): void {
    const envelope = decode<Call>(text);
    if (!envelope || envelope.by === this.#server) return;
    for (const call of envelope.items) this.#hearCall(call, envelope.by, isLate);
  }

  #hearCall(call: Call, by: string, isLate: boolean): void {
    switch (call.kind) {
      case 'watching':
        for (const session of call.sessions) this.#hearWatching(session, by, call.isNew && !isLate);
        return;
      case 'unwatched':
        for (const session of call.sessions) this.#interest.forget(session, by);
        return;
      case 'wanted': {
        // Who asked has given up by now.
        if (isLate || this.#calls.isFull) return;
        const { session, from, question } = call;
        const answer = (what: 'letting go' | 'let go') => this.#answer(by, question, what);
        this.#calls.push({ kind: 'wanted', session, from, answer });
        return;
      }
      default:
        call satisfies never;
    }
  }

  #hearWatching(session: string, by: string, isNew: boolean): void {
    this.#interest.note(session, by);
    if (isNew && !this.#calls.isFull) this.#calls.push({ kind: 'watched', session });
  }

  #hearLetters(text: string | undefined): void {
    for (const letter of decode<Letter>(text)?.items ?? []) {
      if (letter.kind === 'said') this.#local.publish(letter.session, letter.message);
      else this.#questions.answer(letter.question, letter.what);
    }
  }

  #answer(to: string, question: string, what: 'letting go' | 'let go'): void {
    this.#outgoing.add({ to, letter: { kind: 'answer', question, what } });
    this.#send();
  }
}

function chunks(sessions: readonly string[]): string[][] {
  const parts: string[][] = [];
  for (let at = 0; at < sessions.length; at += sessionsPerCall) parts.push(sessions.slice(at, at + sessionsPerCall));
  return parts;
}
