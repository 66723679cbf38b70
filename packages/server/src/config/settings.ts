import { maxSampleRate, minSampleRate } from '@live-transcribe/audio';
import { parseOrigins } from '../http/origins.ts';
import { keepAudioChoices } from '../recordings/recordings.ts';
import { accessSettings } from './access-settings.ts';
import { limitSettings } from './limit-settings.ts';
import { openaiSettings } from './openai-settings.ts';
import { integer, language, logLevel, oneOf, optional, type Setting, setting, text, url, yesOrNo } from './setting.ts';
import { sherpaSettings } from './sherpa-settings.ts';

import { traceSettings } from './trace-settings.ts';

export type { Setting } from './setting.ts';

const defaultOrigins = [
  'https://stefan-api-test-6.lovable.app',
  'https://*.lovable.app',
  ...['http://localhost', 'http://127.0.0.1'].flatMap((host) => [`${host}:3000`, `${host}:5173`]),
].join(',');

/** Everything that can be configured. Types, defaults, checks and the table in the documentation come from here. */
export const settings = {
  ...openaiSettings,
  ...sherpaSettings,
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
    'Origins of web pages that may use the server; comma-separated, * stands for any subdomain or port.',
  ),
  ...accessSettings,
  ...limitSettings,
  host: setting('HOST', text, '127.0.0.1', 'Address to listen on; 0.0.0.0 for all of the machine’s.'),
  port: setting('PORT', integer(0, 65_535), 8_000, 'Port to listen on; 0 for any free one.'),
  logLevel: setting('LOG_LEVEL', logLevel, 'info', 'How much is logged: debug, info, warning, error; any case.'),
  logTranscripts: setting(
    'LOG_TRANSCRIPTS',
    yesOrNo,
    false,
    'Whether what is said stands in the log; nothing of it does otherwise.',
  ),
  engine: setting(
    'ENGINE',
    oneOf(['auto', 'openai', 'sherpa', 'pocketsphinx']),
    'auto',
    'Which engine recognises; auto takes openai when there is a key, else sherpa when it has a model, else pocketsphinx.',
  ),
  ffmpegPath: setting('FFMPEG_PATH', text, 'ffmpeg', 'The ffmpeg that decodes AAC, which nothing else here decodes.'),
  ffmpegProcesses: setting(
    'FFMPEG_PROCESSES',
    integer(0, 10_000),
    100,
    'How many AAC streams are decoded at once, each by an ffmpeg of about 11 MB; 0 for none.',
  ),
  mostFiles: setting(
    'FILE_TRANSCRIPTIONS',
    integer(0, 1_000),
    4,
    'How many files POST /v1/audio/transcriptions takes at a time; 0 for none.',
  ),
  fileMegabytes: setting('FILE_MB', integer(1, 100_000), 200, 'How large such a file may be, in MiB.'),
  dataDir: setting(
    'DATA_DIR',
    text,
    'data',
    'Folder of what is kept: transcripts, unless DATABASE_URL names another place.',
  ),
  keepAudio: setting(
    'KEEP_AUDIO',
    oneOf(keepAudioChoices),
    'off',
    'Whether the audio of sessions is kept in DATA_DIR: off; asked, of those that ask for it; on, of those that do not ask for the contrary.',
  ),
  databaseUrl: setting(
    'DATABASE_URL',
    optional(url('postgres', 'postgresql')),
    undefined,
    'PostgreSQL database that keeps the transcripts, in the place of a file in DATA_DIR.',
    true,
  ),
  retentionDays: setting(
    'RETENTION_DAYS',
    optional(integer(1, 36_500)),
    undefined,
    'Transcripts are deleted so many days after their session; when not set they are kept until somebody deletes them.',
  ),
  resumeSeconds: setting(
    'RESUME_SECONDS',
    integer(0, 3_600),
    60,
    'How long the engine listens on for a client that has lost its connection and may come back.',
  ),
  redisUrl: setting(
    'REDIS_URL',
    optional(url('redis', 'rediss')),
    undefined,
    'Redis or Valkey by which servers that share a DATABASE_URL work as one.',
    true,
  ),
  redisPrefix: setting(
    'REDIS_PREFIX',
    text,
    'live-transcribe',
    'Beginning of all keys in Redis; servers that have it in common work as one.',
  ),
  ...traceSettings,
};

export type Config = {
  readonly [Key in keyof typeof settings]: (typeof settings)[Key] extends Setting<infer T> ? T : never;
};
