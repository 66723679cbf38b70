/** One event of a stream, as a browser sees it. */
export interface SourceEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Source {
  readonly status: number;
  readonly headers: Headers;
  /** What has come so far. */
  readonly events: SourceEvent[];
  readonly comments: string[];
  /** Resolves when the server has ended the stream. */
  readonly ended: Promise<void>;
  close(): void;
}

/** Follows `/v1/sessions/:id/events`, with no more than the specification of server-sent events. */
export async function openSource(port: number, id: string, after?: number | string): Promise<Source> {
  const leaving = new AbortController();
  const headers: Record<string, string> = after === undefined ? {} : { 'last-event-id': String(after) };
  const response = await fetch(`http://127.0.0.1:${port}/v1/sessions/${id}/events`, {
    headers,
    signal: leaving.signal,
  });
  const events: SourceEvent[] = [];
  const comments: string[] = [];
  const take = (block: string) => {
    const lines = block.split('\n').map((line) => /^(\w*): ?(.*)$/.exec(line) ?? []);
    const field = (name: string) => lines.find((line) => line[1] === name)?.[2];
    const data = field('data');
    if (data !== undefined)
      events.push({ event: field('event') ?? 'message', id: field('id'), data: JSON.parse(data) });
    else if (block.startsWith(':')) comments.push(block);
  };
  const read = async () => {
    let text = '';
    for await (const bytes of response.body ?? []) {
      const blocks = (text + Buffer.from(bytes).toString()).split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) take(block);
    }
  };
  const ended = read().catch((error: unknown) => {
    if (!leaving.signal.aborted) throw error;
  });
  return { status: response.status, headers: response.headers, events, comments, ended, close: () => leaving.abort() };
}

/** The numbers of what is counted. */
export const idsOf = ({ events }: Source): number[] =>
  events.flatMap(({ id }) => (id === undefined ? [] : [Number(id)]));
