/** Where one server of the protocol is. */
export interface Endpoints {
  readonly clientSecrets: URL;
  readonly realtime: URL;
}

/** `baseUrl` as in `OPENAI_BASE_URL`, with or without a slash at its end. Throws `TypeError` for what is no HTTP address. */
export function endpointsAt(baseUrl: string): Endpoints {
  const base = new URL(baseUrl);
  if (base.protocol !== 'https:' && base.protocol !== 'http:') {
    throw new TypeError(`The address of OpenAI's API has to begin with https: or http:, not ${base.protocol}`);
  }
  const realtime = below(base, 'realtime');
  realtime.protocol = base.protocol === 'https:' ? 'wss:' : 'ws:';
  realtime.searchParams.set('intent', 'transcription');
  return { clientSecrets: below(base, 'realtime/client_secrets'), realtime };
}

function below(base: URL, path: string): URL {
  const url = new URL(base);
  url.pathname = `${base.pathname.replace(/\/+$/, '')}/${path}`;
  return url;
}
