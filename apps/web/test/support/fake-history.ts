export interface FakeSession {
  readonly id: string;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly live: boolean;
  readonly language: string;
  readonly model: string;
  readonly engine: string;
  readonly duration: number;
  readonly items: readonly FakeItem[];
}

export interface FakeItem {
  readonly segment: number;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly speaker?: string;
  readonly words?: readonly object[];
  readonly error?: object;
}

interface Answer {
  readonly status: number;
  readonly body: object | undefined;
}

/** The session routes of the gateway over a list in memory. */
export class FakeHistory {
  sessions: FakeSession[] = [];
  /** Given in the place of every answer, where there is one. */
  fault: Answer | undefined;

  has(id: string): boolean {
    return this.sessions.some((session) => session.id === id);
  }

  answer(method: string, url: URL): Answer {
    if (this.fault !== undefined) return this.fault;
    const id = decodeURIComponent(url.pathname.replace(/^\/v1\/sessions\/?/, ''));
    if (id === '') return { status: 200, body: this.#list(url.searchParams) };
    const session = this.sessions.find((one) => one.id === id);
    if (session === undefined) {
      return { status: 404, body: { error: 'There is no session with this id.', code: 'session_unknown' } };
    }
    if (method !== 'DELETE') return { status: 200, body: { ...summary(session), items: session.items } };
    this.sessions = this.sessions.filter((one) => one !== session);
    return { status: 204, body: undefined };
  }

  #list(query: URLSearchParams): object {
    const words = (query.get('q') ?? '').toLowerCase().split(' ').filter(Boolean);
    const live = query.get('live');
    const found = this.sessions.filter((session) => {
      const text = session.items.map((item) => item.text.toLowerCase()).join(' ');
      return words.every((word) => text.includes(word)) && (live === null || live === String(session.live));
    });
    const from = Number(query.get('cursor') ?? 0);
    const limit = Number(query.get('limit') ?? 30);
    const next = from + limit < found.length ? String(from + limit) : null;
    return { sessions: found.slice(from, from + limit).map(summary), next };
  }
}

const summary = ({ items, ...session }: FakeSession) => ({
  ...session,
  segments: items.length,
  preview: items
    .map(({ text }) => text)
    .join(' ')
    .slice(0, 200),
});
