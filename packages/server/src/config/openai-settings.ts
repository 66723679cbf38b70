import { parsePrices } from '@live-transcribe/engine-openai';
import { fraction, integer, key, languages, list, oneOf, optional, setting, text, url, yesOrNo } from './setting.ts';

const efforts = ['minimal', 'low', 'medium', 'high', 'xhigh'] as const;

/** What concerns the engine openai. Where a model or a server does not take something, it is left out and the log says so once. */
export const openaiSettings = {
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
  openaiDialect: setting(
    'OPENAI_DIALECT',
    oneOf(['auto', 'openai', 'azure', 'azure-preview', 'beta', 'plain']),
    'auto',
    'What kind of server that is; auto tells Azure by its address. plain and beta need no key.',
  ),
  modelName: setting('MODEL_NAME', text, 'gpt-4o-transcribe', 'Model of the engine openai for /v1/transcriptions.'),
  openaiRealtimeModel: setting(
    'OPENAI_REALTIME_MODEL',
    text,
    'gpt-4o-mini-transcribe',
    'Model of the engine openai for /ws.',
  ),
  openaiTurns: setting(
    'OPENAI_TURNS',
    oneOf(['auto', 'server_vad', 'semantic_vad', 'gateway_vad', 'none']),
    'auto',
    'Who finds where an utterance ends; auto: the service where the model lets it, else this gateway.',
  ),
  openaiVadThreshold: setting(
    'OPENAI_VAD_THRESHOLD',
    optional(fraction),
    undefined,
    'Loudness from 0 to 1 that server_vad takes for speech.',
  ),
  openaiVadPrefixMs: setting(
    'OPENAI_VAD_PREFIX_MS',
    optional(integer(0, 5_000)),
    undefined,
    'Audio before speech that server_vad puts with it, in ms.',
  ),
  openaiVadSilenceMs: setting(
    'OPENAI_VAD_SILENCE_MS',
    optional(integer(200, 10_000)),
    undefined,
    'Silence that ends an utterance for server_vad and gateway_vad, in ms.',
  ),
  openaiVadEagerness: setting(
    'OPENAI_VAD_EAGERNESS',
    optional(oneOf(['auto', 'low', 'medium', 'high'])),
    undefined,
    'How soon semantic_vad ends an utterance.',
  ),
  openaiNoiseReduction: setting(
    'OPENAI_NOISE_REDUCTION',
    optional(oneOf(['near_field', 'far_field', 'off'])),
    undefined,
    'What the microphones are like, for the service to clean their sound.',
  ),
  openaiDelay: setting(
    'OPENAI_DELAY',
    optional(oneOf(efforts)),
    undefined,
    'How long gpt-realtime-whisper may think before it says something.',
  ),
  openaiPrompt: setting('OPENAI_PROMPT', optional(text), undefined, 'Context for sessions that bring none.'),
  openaiKeywords: setting(
    'OPENAI_KEYWORDS',
    optional(list),
    undefined,
    'Names and terms that are likely to be said, separated by commas.',
  ),
  openaiLanguages: setting(
    'OPENAI_LANGUAGES',
    optional(languages),
    undefined,
    'Languages that may be spoken, separated by commas.',
  ),
  openaiLogprobs: setting('OPENAI_LOGPROBS', yesOrNo, false, 'Whether finals carry a confidence.'),
  openaiGateSilenceMs: setting(
    'OPENAI_GATE_SILENCE_MS',
    integer(0, 600_000),
    0,
    'After so much silence, in ms, nothing is sent until speech begins again; 0 sends everything.',
  ),
  openaiMaxSessionMinutes: setting(
    'OPENAI_MAX_SESSION_MINUTES',
    integer(2, 1_440),
    60,
    'How long one connection to the service may last, where it does not say so itself.',
  ),
  openaiPrices: setting(
    'OPENAI_PRICES',
    parsePrices,
    parsePrices(''),
    'What models cost, for an estimate in the log and the summary: model=0.006/min or model=2.5+10/Mtok, separated by commas.',
  ),
};
