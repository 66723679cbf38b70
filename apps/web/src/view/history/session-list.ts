import { type ReadonlySignal, signal } from '@preact/signals';
import type { Gateway } from '../../gateway/gateway.ts';
import type { SessionSummary } from '../../gateway/kept-session.ts';
import { type Problem, problemOf } from '../../problems.ts';

/** Long enough that a word is typed, short enough not to be waited for. */
const typingMs = 250;

/** The sessions that the server has kept, a page at a time. */
export class SessionList {
  readonly #gateway: Gateway;
  readonly #sessions = signal<readonly SessionSummary[] | undefined>(undefined);
  readonly #next = signal<string | undefined>(undefined);
  readonly #problem = signal<Problem | undefined>(undefined);
  readonly #loading = signal(false);
  readonly #text = signal('');
  #typing: ReturnType<typeof setTimeout> | undefined;
  #request: AbortController | undefined;

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  /** `undefined` until the server has answered. */
  get sessions(): ReadonlySignal<readonly SessionSummary[] | undefined> {
    return this.#sessions;
  }
  get hasMore(): boolean {
    return this.#next.value !== undefined;
  }
  get problem(): ReadonlySignal<Problem | undefined> {
    return this.#problem;
  }
  get loading(): ReadonlySignal<boolean> {
    return this.#loading;
  }
  /** What is sought. */
  get text(): ReadonlySignal<string> {
    return this.#text;
  }

  search(text: string): void {
    this.#text.value = text;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => void this.load(), typingMs);
  }

  /** The first page. */
  load(): Promise<void> {
    return this.#fetch(undefined);
  }

  more(): Promise<void> {
    return this.#fetch(this.#next.value);
  }

  /** Answers whether it worked. */
  async remove(id: string): Promise<boolean> {
    try {
      await this.#gateway.deleteSession(id);
      this.#sessions.value = this.#sessions.value?.filter((session) => session.id !== id);
      return true;
    } catch (thrown) {
      this.#problem.value = problemOf(thrown);
      return false;
    }
  }

  close(): void {
    clearTimeout(this.#typing);
    this.#request?.abort();
  }

  async #fetch(cursor: string | undefined): Promise<void> {
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    this.#loading.value = true;
    try {
      const search = { text: this.#text.value.trim(), cursor };
      const page = await this.#gateway.sessions(search, request.signal);
      const before = cursor === undefined ? [] : (this.#sessions.value ?? []);
      this.#sessions.value = [...before, ...page.sessions];
      this.#next.value = page.next;
      this.#problem.value = undefined;
    } catch (thrown) {
      // A later request has taken its place.
      if (request.signal.aborted) return;
      this.#problem.value = problemOf(thrown);
    }
    this.#loading.value = false;
  }
}
