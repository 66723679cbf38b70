import { isObject, isTexts, type JsonObject, text } from './json.ts';
import { type KeptSession, parsePage, parseSession, type SessionPage } from './kept-session.ts';

/** What the page wants to know of its server before anybody presses Start. */
export interface GatewayInfo {
  readonly engine: string | undefined;
  readonly engineReason: string | undefined;
  readonly model: string | undefined;
  readonly version: string | undefined;
  /** ISO 639-1 codes, or `any`. */
  readonly languages: readonly string[] | 'any';
  readonly caveat: string | undefined;
}

export type Readiness =
  | { readonly is: 'ready' }
  | { readonly is: 'unreachable' }
  /** `reason`: what to do, in the server's own words. */
  | { readonly is: 'not ready'; readonly reason: string | undefined };

/** The server answered with an error, or not at all. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  /** One of the server's codes, or of the page's. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export interface SessionSearch {
  /** Words that must all occur in the transcript. */
  readonly text: string;
  /** As an earlier page gave it. */
  readonly cursor?: string | undefined;
  readonly live?: boolean;
  readonly limit?: number;
}

const answerWithinMs = 8_000;
const sessionsAtATime = 30;

/** The server that this page came from, under whatever path a proxy has put it. */
export class Gateway {
  readonly #base: URL;
  readonly token: string | undefined;

  /** `page` is the page's own address, two levels below the server's root. */
  constructor(page: string | URL, token?: string) {
    this.#base = new URL('../', page);
    this.token = token;
  }

  get transcriptions(): URL {
    return new URL('v1/transcriptions', this.#base);
  }

  /** Throws when the server does not answer; what an older server does not tell is left open. */
  async info(): Promise<GatewayInfo> {
    const [status, config] = await Promise.all([this.#ask(''), this.#ask('config')]);
    const languages = config.body['languages'];
    return {
      engine: text(config.body['engine']),
      engineReason: text(config.body['engine_reason']),
      // The model of `/config` is that of the other socket; the status names the one in force here.
      model: text(status.body['model_name']) ?? text(config.body['model']),
      version: text(config.body['version']),
      languages: isTexts(languages) ? languages : 'any',
      caveat: text(config.body['caveat']),
    };
  }

  /** Whether somebody who presses Start now would be heard. Never throws. */
  async readiness(): Promise<Readiness> {
    try {
      const { ok, body } = await this.#ask('readyz');
      return ok ? { is: 'ready' } : { is: 'not ready', reason: text(body['reason']) };
    } catch {
      return { is: 'unreachable' };
    }
  }

  /** Newest first. Throws `GatewayError`, as all that follow. */
  async sessions(search: SessionSearch, signal?: AbortSignal): Promise<SessionPage> {
    const query = new URLSearchParams({ limit: String(search.limit ?? sessionsAtATime) });
    if (search.text !== '') query.set('q', search.text);
    if (search.cursor !== undefined) query.set('cursor', search.cursor);
    if (search.live !== undefined) query.set('live', String(search.live));
    return parsePage(await this.#get(`v1/sessions?${query.toString()}`, { signal, missing: 'history_missing' }));
  }

  async session(id: string, signal?: AbortSignal): Promise<KeptSession> {
    const path = `v1/sessions/${encodeURIComponent(id)}`;
    return parseSession(await this.#get(path, { signal, missing: 'session_unknown' }));
  }

  /** Where the audio of a session is; a player can bring its token in the address only. */
  audio(id: string): string {
    const address = new URL(`v1/sessions/${encodeURIComponent(id)}/audio`, this.#base);
    if (this.token) address.searchParams.set('token', this.token);
    return address.href;
  }

  async deleteSession(id: string): Promise<void> {
    const answer = await this.#ask(`v1/sessions/${encodeURIComponent(id)}`, { method: 'DELETE' });
    // Gone already is gone.
    if (!answer.ok && answer.status !== 404) throw refusal(answer, 'session_unknown');
  }

  /** The latest entries of a debug ring, oldest first. */
  async debug(ring: string, session: string | undefined, signal: AbortSignal): Promise<unknown> {
    const query = new URLSearchParams({ limit: '1000', ...(session !== undefined && { session_id: session }) });
    return (await this.#get(`debug/${ring}?${query.toString()}`, { signal, missing: 'history_missing' }))['items'];
  }

  async #get(path: string, { signal, missing }: { signal: AbortSignal | undefined; missing: string }) {
    const answer = await this.#ask(path, { signal });
    if (!answer.ok) throw refusal(answer, missing);
    return answer.body;
  }

  async #ask(path: string, { method = 'GET', signal }: { method?: string; signal?: AbortSignal | undefined } = {}) {
    const late = AbortSignal.timeout(answerWithinMs);
    try {
      const response = await fetch(new URL(path, this.#base), {
        method,
        headers: { accept: 'application/json', ...(this.token && { authorization: `Bearer ${this.token}` }) },
        cache: 'no-store',
        signal: signal === undefined ? late : AbortSignal.any([signal, late]),
      });
      const body: unknown = response.status === 204 ? {} : await response.json();
      return { ok: response.ok, status: response.status, body: isObject(body) ? body : {} };
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      throw new GatewayError('server_unreachable', 'The server does not answer.', { cause });
    }
  }
}

/** A route that is not there has no code: what that means depends on the route. */
function refusal({ status, body }: { readonly status: number; readonly body: JsonObject }, missing: string) {
  const byStatus: Readonly<Record<number, string>> = { 401: 'unauthorized', 403: 'forbidden', 404: missing };
  const code = text(body['code']) ?? byStatus[status] ?? 'internal';
  return new GatewayError(code, text(body['error']) ?? `The server answered ${status}.`);
}
