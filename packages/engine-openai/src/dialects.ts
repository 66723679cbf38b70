import type { RealtimeTranscriptionSessionCreateRequest } from 'openai/resources/realtime/realtime';

export type DialectName = 'openai' | 'azure' | 'azure-preview' | 'beta' | 'plain';

type Session = RealtimeTranscriptionSessionCreateRequest;
type Headers = Readonly<Record<string, string>>;

/** How one kind of server of the protocol differs from the others; all there is to know of it. */
export interface Dialect {
  readonly name: DialectName;
  /** What sentences for people call whoever answers; never their first word. */
  readonly service: string;
  readonly needsKey: boolean;
  /** Whether a session is opened with an ephemeral secret instead of the key. */
  readonly mintsSecrets: boolean;
  /** Whether it can find the ends of utterances. */
  readonly detectsTurns: boolean;
  /** The model that gives the times of words; the session's own where absent. */
  readonly wordsModel?: string;
  /** What says who we are; `key` is a key or an ephemeral secret. */
  headers(key: string): Headers;
  /** The WebSocket's address, with `http:` or `https:`. */
  realtime(base: URL, model: string): URL;
  clientSecrets(base: URL): URL;
  transcriptions(base: URL, model: string): URL;
  /** What models there are: a question that costs nothing. */
  models(base: URL): URL;
  /** The client event that asks for a session. */
  update(session: Session): object;
}

const bearer = (key: string): Headers => ({ authorization: `Bearer ${key}` });
const apiKey = (key: string): Headers => ({ 'api-key': key });

const generalUpdate = (session: Session) => ({ type: 'session.update', session });

/** All at one level, and the format by a name. */
function betaUpdate({ audio, include }: Session): object {
  const { transcription, turn_detection, noise_reduction } = audio?.input ?? {};
  return {
    type: 'transcription_session.update',
    session: {
      input_audio_format: 'pcm16',
      ...(transcription && { input_audio_transcription: transcription }),
      turn_detection: turn_detection ?? null,
      ...(noise_reduction && { input_audio_noise_reduction: noise_reduction }),
      ...(include && { include }),
    },
  };
}

/** The key itself opens the session, and the model stands in the address too: some servers read it there only. */
const plain: Dialect = {
  name: 'plain',
  service: 'the transcription server',
  needsKey: false,
  mintsSecrets: false,
  detectsTurns: true,
  headers: bearer,
  realtime: (base, model) => below(base, 'realtime', { intent: 'transcription', model }),
  clientSecrets: (base) => below(base, 'realtime/client_secrets'),
  transcriptions: (base) => below(base, 'audio/transcriptions'),
  models: (base) => below(base, 'models'),
  update: generalUpdate,
};

const openai: Dialect = {
  ...plain,
  name: 'openai',
  service: 'OpenAI',
  needsKey: true,
  mintsSecrets: true,
  wordsModel: 'whisper-1',
  realtime: (base) => below(base, 'realtime', { intent: 'transcription' }),
};

/** Azure's addresses begin at the resource, with or without what comes after it written out. */
const atResource = (base: URL): URL => {
  const url = new URL(base);
  url.pathname = url.pathname.replace(/\/openai(\/v1)?\/*$/, '');
  return url;
};

/** What both of Azure's have in common: the key itself opens the session, in a header of its own. */
const ofAzure = { service: 'Azure OpenAI', mintsSecrets: false, headers: apiKey } as const;

const latestPreview = '2025-04-01-preview';

const ofPreview = (base: URL, path: string, query: Readonly<Record<string, string>>) =>
  below(atResource(base), `openai/${path}`, { 'api-version': latestPreview, ...versionOf(base), ...query });

const versionOf = (base: URL) => {
  const version = base.searchParams.get('api-version');
  return version === null ? {} : { 'api-version': version };
};

const dialects: Readonly<Record<DialectName, Dialect>> = {
  openai,
  plain,
  beta: { ...plain, name: 'beta', update: betaUpdate },
  azure: {
    ...openai,
    ...ofAzure,
    name: 'azure',
    realtime: (base) => below(atResource(base), 'openai/v1/realtime', { intent: 'transcription' }),
    clientSecrets: (base) => below(atResource(base), 'openai/v1/realtime/client_secrets'),
    transcriptions: (base) => below(atResource(base), 'openai/v1/audio/transcriptions'),
    models: (base) => below(atResource(base), 'openai/v1/models'),
  },
  'azure-preview': {
    ...openai,
    ...ofAzure,
    name: 'azure-preview',
    realtime: (base, model) => ofPreview(base, 'realtime', { deployment: model, intent: 'transcription' }),
    clientSecrets: (base) => ofPreview(base, 'realtime/client_secrets', {}),
    transcriptions: (base, model) =>
      ofPreview(base, `deployments/${encodeURIComponent(model)}/audio/transcriptions`, {}),
    models: (base) => ofPreview(base, 'models', {}),
    update: betaUpdate,
  },
};

export const dialectNamed = (name: DialectName): Dialect => dialects[name];

/** What most likely answers at `base`. */
export function dialectAt(base: URL): Dialect {
  if (!base.hostname.endsWith('.openai.azure.com')) return openai;
  return dialects[base.searchParams.get('api-version')?.endsWith('-preview') ? 'azure-preview' : 'azure'];
}

/** `baseUrl` as in `OPENAI_BASE_URL`, with or without a slash at its end. Throws `TypeError` for what is no HTTP address. */
export function parseBaseUrl(baseUrl: string): URL {
  const base = new URL(baseUrl);
  if (base.protocol !== 'https:' && base.protocol !== 'http:') {
    throw new TypeError(`The address of the transcription API has to begin with https: or http:, not ${base.protocol}`);
  }
  return base;
}

/** `url` for a WebSocket. */
export function asSocket(url: URL): URL {
  const socket = new URL(url);
  socket.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return socket;
}

function below(base: URL, path: string, query: Readonly<Record<string, string>> = {}): URL {
  const url = new URL(base);
  url.pathname = `${base.pathname.replace(/\/+$/, '')}/${path}`;
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}
