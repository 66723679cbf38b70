/** What the page wants to know of its server before anybody presses Start. */
export interface GatewayInfo {
  readonly engine: string | undefined;
  readonly engineReason: string | undefined;
  readonly model: string | undefined;
  /** ISO 639-1 codes, or `any`. */
  readonly languages: readonly string[] | 'any';
  readonly caveat: string | undefined;
}

export type Readiness =
  | { readonly is: 'ready' }
  | { readonly is: 'not ready' | 'unreachable'; readonly reason: string };

const answerWithinMs = 5_000;

/** The server that this page came from, under whatever path a proxy has put it. */
export class Gateway {
  readonly #base: URL;

  /** `page` is the page's own address, two levels below the server's root. */
  constructor(page: string | URL) {
    this.#base = new URL('../', page);
  }

  get transcriptions(): URL {
    return new URL('v1/transcriptions', this.#base);
  }

  get host(): string {
    return this.#base.host;
  }

  /** Throws when the server does not answer; what an older server does not tell is left open. */
  async info(): Promise<GatewayInfo> {
    const [status, config] = await Promise.all([this.#get(''), this.#get('config')]);
    const languages = config.body['languages'];
    return {
      engine: text(config.body['engine']),
      engineReason: text(config.body['engine_reason']),
      // The model of `/config` is that of the other socket; the status names the one in force here.
      model: text(status.body['model_name']) ?? text(config.body['model']),
      languages: isTexts(languages) ? languages : 'any',
      caveat: text(config.body['caveat']),
    };
  }

  /** Whether somebody who presses Start now would be heard. Never throws. */
  async readiness(): Promise<Readiness> {
    try {
      const { ok, body } = await this.#get('readyz');
      if (ok) return { is: 'ready' };
      return { is: 'not ready', reason: text(body['reason']) ?? 'It did not say why.' };
    } catch {
      return { is: 'unreachable', reason: `There is no answer from ${this.host}.` };
    }
  }

  async #get(path: string): Promise<{ ok: boolean; body: Readonly<Record<string, unknown>> }> {
    const response = await fetch(new URL(path, this.#base), {
      headers: { accept: 'application/json' },
      cache: 'no-store',
      signal: AbortSignal.timeout(answerWithinMs),
    });
    const body: unknown = await response.json();
    return { ok: response.ok, body: isObject(body) ? body : {} };
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
