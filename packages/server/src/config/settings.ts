import { maxSampleRate, minSampleRate } from '@live-transcribe/audio';
import { parseLanguage } from '@live-transcribe/protocols';
import { parseOrigins } from '../http/origins.ts';

/** One variable of the environment. `parse` throws an `Error` whose message says what the value must be. */
export interface Setting<T> {
  readonly name: string;
  readonly says: string;
  readonly fallback: T;
  readonly parse: (value: string) => T;
  /** Never shown or logged. */
  readonly secret?: true;
}

const text = (value: string): string => value;

/** What an Authorization header can carry; anything else is a mistake in copying. */
function key(value: string): string {
  if (/^[\x21-\x7e]+$/.test(value)) return value;
  throw new Error('must be one word of plain letters, digits and signs');
}

function integer(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= least && number <= most) return number;
    throw new Error(`must be a whole number from ${least} to ${most}`);
  };
}

function oneOf<const T extends string>(values: readonly T[]): (value: string) => T {
  return (value) => {
    const found = values.find((candidate) => candidate === value.toLowerCase());
    if (found !== undefined) return found;
    throw new Error(`must be one of ${values.join(', ')}`);
  };
}

function url(...schemes: string[]): (value: string) => string {
  return (value) => {
    if (URL.canParse(value) && schemes.includes(new URL(value).protocol.slice(0, -1))) return value.replace(/\/+$/, '');
    throw new Error(`must be a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`);
  };
}

function language(value: string): string {
  const parsed = parseLanguage(value);
  if (parsed.ok) return parsed.language ?? 'auto';
  throw new Error('must be a language code such as sv or en, or auto');
}

/** The names that Python services used, and the ones that Node's loggers use, in any case. */
const logLevels = {
  trace: 'trace',
  debug: 'debug',
  info: 'info',
  warning: 'warn',
  warn: 'warn',
  error: 'error',
  critical: 'fatal',
  fatal: 'fatal',
} as const;

function logLevel(value: string): (typeof logLevels)[keyof typeof logLevels] {
  const level = value.toLowerCase();
  if (Object.hasOwn(logLevels, level)) return logLevels[level as keyof typeof logLevels];
  throw new Error(`must be one of ${Object.keys(logLevels).join(', ')}`);
}

const defaultOrigins = [
  'https://stefan-api-test-6.lovable.app',
  'https://*.lovable.app',
  ...['http://localhost', 'http://127.0.0.1'].flatMap((host) => [`${host}:3000`, `${host}:5173`]),
].join(',');

const setting = <T>(
  name: string,
  parse: (value: string) => T,
  fallback: NoInfer<T>,
  says: string,
  secret?: true,
): Setting<T> => ({ name, parse, fallback, says, ...(secret && { secret }) });

const optional =
  <T>(parse: (value: string) => T): ((value: string) => T | undefined) =>
  (value) =>
    parse(value);

/** Everything that can be configured. Types, defaults, checks and the table in the documentation come from here. */
export const settings = {
  openaiApiKey: setting(
    'OPENAI_API_KEY',
    optional(key),
    undefined,
    'Key for the engine openai; it never leaves the server.',
    true,
  ),
  openaiBaseUrl: setting(
    'OPENAI_BASE_URL',
    url('https', 'http'),
    'https://api.openai.com/v1',
    'Where the engine openai is; an http: address makes its sockets ws:.',
  ),
  modelName: setting('MODEL_NAME', text, 'gpt-4o-transcribe', 'Model of the engine openai for /v1/transcriptions.'),
  openaiRealtimeModel: setting(
    'OPENAI_REALTIME_MODEL',
    text,
    'gpt-4o-mini-transcribe',
    'Model of the engine openai for /ws.',
  ),
  language: setting(
    'LANGUAGE',
    optional(language),
    undefined,
    'Language of /ws, as ISO 639-1 or auto; sv when not set, or the engine’s own where it does not know Swedish.',
  ),
  sampleRate: setting(
    'SAMPLE_RATE',
    integer(minSampleRate, maxSampleRate),
    16_000,
    'Sample rate of raw audio on /ws, in Hz.',
  ),
  ringSize: setting('RING_SIZE', integer(1, 100_000), 200, 'How many entries each /debug ring keeps.'),
  allowedOrigins: setting(
    'ALLOWED_ORIGINS',
    parseOrigins,
    parseOrigins(defaultOrigins),
    'Origins of web pages that may use the HTTP interface; comma-separated, * stands for any subdomain or port.',
  ),
  host: setting('HOST', text, '127.0.0.1', 'Address to listen on; 0.0.0.0 for all of the machine’s.'),
  port: setting('PORT', integer(0, 65_535), 8_000, 'Port to listen on; 0 for any free one.'),
  logLevel: setting('LOG_LEVEL', logLevel, 'info', 'How much is logged: debug, info, warning, error; any case.'),
  engine: setting(
    'ENGINE',
    oneOf(['auto', 'openai', 'pocketsphinx']),
    'auto',
    'Which engine recognises; auto takes openai when there is a key, else pocketsphinx where it is installed.',
  ),
  ffmpegPath: setting('FFMPEG_PATH', text, 'ffmpeg', 'The ffmpeg that decodes AAC, which nothing else here decodes.'),
  ffmpegProcesses: setting(
    'FFMPEG_PROCESSES',
    integer(0, 10_000),
    100,
    'How many AAC streams are decoded at once, each by an ffmpeg of about 11 MB; 0 for none.',
  ),
  dataDir: setting('DATA_DIR', optional(text), undefined, 'Reserved for the transcript store; nothing is kept yet.'),
  databaseUrl: setting(
    'DATABASE_URL',
    optional(url('postgres', 'postgresql')),
    undefined,
    'Reserved for the transcript store; nothing is kept yet.',
    true,
  ),
  redisUrl: setting(
    'REDIS_URL',
    optional(url('redis', 'rediss')),
    undefined,
    'Reserved for running several servers as one; not used yet.',
    true,
  ),
};

export type Config = {
  readonly [Key in keyof typeof settings]: (typeof settings)[Key] extends Setting<infer T> ? T : never;
};
