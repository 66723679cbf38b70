import type { TurnOptions } from '@live-transcribe/core';
import type { OpenAIEngineOptions, SessionDefaults } from '@live-transcribe/engine-openai';
import { SpeechDetector } from '@live-transcribe/vad';
import type { Config } from './config/settings.ts';
import type { Log } from './observe/log.ts';

/** Speech begins softly: so much of the quiet before it is sent with it. */
const preRollMs = 500;

/** The engine openai as it is configured. */
export function openaiOptions(config: Config, log: Log): OpenAIEngineOptions {
  const { openaiDialect, openaiGateSilenceMs } = config;
  return {
    apiKey: config.openaiApiKey,
    baseUrl: config.openaiBaseUrl,
    ...(openaiDialect !== 'auto' && { dialect: openaiDialect }),
    session: sessionDefaults(config),
    createDetector: ({ sampleRate, silenceMs }) =>
      new SpeechDetector({ sampleRate, ...(silenceMs !== undefined && { silenceMs: detectable(silenceMs) }) }),
    ...(openaiGateSilenceMs > 0 && { gateSilence: { afterMs: openaiGateSilenceMs, preRollMs } }),
    maxSessionMs: config.openaiMaxSessionMinutes * 60_000,
    prices: config.openaiPrices,
    warn: (message, { text, ...details }) =>
      // Of a message that could not be read: somebody's words may stand in it.
      log.warn(config.logTranscripts ? { ...details, text } : details, message),
    debug: (message, details) => log.debug(details, message),
  };
}

/** The detector cannot tell pauses that are shorter from gaps between sounds, and longer ones end nothing. */
const detectable = (silenceMs: number): number => Math.min(Math.max(silenceMs, 200), 10_000);

function sessionDefaults(config: Config): SessionDefaults {
  const turns = turnOptions(config);
  return {
    logprobs: config.openaiLogprobs,
    ...(turns && { turns }),
    ...(config.openaiNoiseReduction && { noiseReduction: config.openaiNoiseReduction }),
    ...(config.openaiDelay && { delay: config.openaiDelay }),
    ...(config.openaiPrompt !== undefined && { prompt: config.openaiPrompt }),
    ...(config.openaiKeywords && { keywords: config.openaiKeywords }),
    ...(config.openaiLanguages && { languages: config.openaiLanguages }),
  };
}

function turnOptions(config: Config): TurnOptions | undefined {
  const { openaiVadThreshold: threshold, openaiVadPrefixMs: prefix, openaiVadSilenceMs: silence } = config;
  const silenceDuration = silence === undefined ? {} : { silenceDurationMs: silence };
  switch (config.openaiTurns) {
    case 'auto':
      // A number that somebody has set says that the service shall go by it.
      return (threshold ?? prefix ?? silence) !== undefined ? serverVad(threshold, prefix, silenceDuration) : undefined;
    case 'server_vad':
      return serverVad(threshold, prefix, silenceDuration);
    case 'semantic_vad':
      return { kind: 'semantic_vad', ...(config.openaiVadEagerness && { eagerness: config.openaiVadEagerness }) };
    case 'gateway_vad':
      return { kind: 'gateway_vad', ...silenceDuration };
    case 'none':
      return { kind: 'none' };
    default:
      return config.openaiTurns satisfies never;
  }
}

const serverVad = (
  threshold: number | undefined,
  prefix: number | undefined,
  silenceDuration: { readonly silenceDurationMs?: number },
): TurnOptions => ({
  kind: 'server_vad',
  ...(threshold !== undefined && { threshold }),
  ...(prefix !== undefined && { prefixPaddingMs: prefix }),
  ...silenceDuration,
});
