import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** The server's end of one who follows a session, in the hands of a test. */
export class FakeWatcher {
  readonly lastEventId: string | undefined;
  readonly gone: Promise<unknown>;
  readonly #response: ServerResponse;
  #seq = 0;

  constructor(request: IncomingMessage, response: ServerResponse) {
    const given = request.headers['last-event-id'];
    this.lastEventId = typeof given === 'string' ? given : undefined;
    this.gone = once(response, 'close');
    this.#response = response;
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    response.flushHeaders();
  }

  partial(segment: number, text: string, start = segment * 3): void {
    this.#send('partial', undefined, { partial: text, segment, start, end: start + 2 });
  }

  final(segment: number, text: string, start = segment * 3, more: object = {}): void {
    this.#send('final', ++this.#seq, { final: text, segment, start, end: start + 2.5, ...more });
  }

  end(): void {
    this.#send('ended', ++this.#seq, { ended: true, duration: 12, segments: 2 });
    this.#response.end();
  }

  /** The connection breaks. */
  cut(): void {
    this.#response.destroy();
  }

  #send(event: string, id: number | undefined, data: object): void {
    const place = id === undefined ? '' : `id: ${id}\n`;
    this.#response.write(`${place}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}
