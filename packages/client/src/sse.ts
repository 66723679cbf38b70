/** One event of a stream of server-sent events. */
export interface ServerSentEvent {
  /** The latest that the stream has named; empty at first. */
  readonly id: string;
  readonly data: string;
}

/** No message of the gateway is nearly so long; a stream without an end of line would otherwise grow for ever. */
const longestEvent = 4 * 1024 * 1024;

/**
 * The events of a response's body, by the HTML standard's section 9.2.6, without `event` and `retry`, which nobody here
 * needs. Something arrives for comments too: an event without data, as the sign of life that they are.
 */
export async function* serverSentEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let id = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      const events = text.split(/\r?\n\r?\n/);
      text = events.pop() ?? '';
      if (text.length > longestEvent) throw new RangeError('An event without an end.');
      for (const event of events) {
        const data: string[] = [];
        for (const line of event.split(/\r?\n/)) {
          const [, name, content = ''] = /^(id|data): ?(.*)$/.exec(line) ?? [];
          if (name === 'id') id = content;
          if (name === 'data') data.push(content);
        }
        yield { id, data: data.join('\n') };
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
