import { type Engine, EngineError } from '@live-transcribe/core';
import { createOpenAIEngine } from '@live-transcribe/engine-openai';
import { createPocketSphinxEngine, findPocketSphinx } from '@live-transcribe/engine-pocketsphinx';
import { createSherpaEngine, sherpaMissing } from '@live-transcribe/engine-sherpa';
import { suggestedModel } from '@live-transcribe/models';
import type { Config } from './config/settings.ts';
import type { Log } from './observe/log.ts';
import { openaiOptions } from './openai-options.ts';
import { besideFaults, besideOf, type FoundSherpa, findSherpa } from './sherpa-model.ts';

/** The engine in force, why it is, and what follows from it for requests that leave things open. */
export interface EngineChoice {
  readonly engine: Engine;
  /** One sentence, for the log and the page. */
  readonly reason: string;
  /** What was asked for and cannot be had, in sentences; the engine goes on without it. */
  readonly faults?: readonly string[];
  readonly models: { readonly transcriptions: string; readonly plain: string };
  /** Language of `/ws` when the client names none: ISO 639-1, or `auto`. */
  readonly plainLanguage: string;
}

/** What gets a model; of the language that is asked for, or else the small English one. */
const pullCommand = ({ language }: Config): string => `npx live-transcribe models pull ${suggestedModel(language)}`;
const howToGetOne = (config: Config): string =>
  `Set OPENAI_API_KEY in .env, or get a model for this machine: ${pullCommand(config)}, or install the embedded recogniser: apt-get install libpocketsphinx3 pocketsphinx-en-us.`;
const howToGetModel = (config: Config): string => `Get one: ${pullCommand(config)}; docs/engines.md says more.`;

/** Chooses as `ENGINE` says; where that engine is not to be had the server still starts and says what to do. */
export function chooseEngine(config: Config, log: Log): EngineChoice {
  const picked = pickEngine(config, log);
  return { ...picked, plainLanguage: plainLanguage(config, picked.engine) };
}

type PickedEngine = Omit<EngineChoice, 'plainLanguage'>;

function pickEngine(config: Config, log: Log): PickedEngine {
  switch (config.engine) {
    case 'openai':
      if (mayOpenOpenAI(config)) return openai(config, log, 'ENGINE=openai is set.');
      return nothing(config, 'ENGINE=openai is set, but OPENAI_API_KEY is not. Set it in .env.');
    case 'sherpa':
      return sherpa(config, log, findSherpa(config), 'ENGINE=sherpa is set');
    case 'pocketsphinx':
      return pocketSphinx(config, log, 'ENGINE=pocketsphinx is set.');
    case 'auto':
      if (config.openaiApiKey !== undefined) return openai(config, log, 'OPENAI_API_KEY is set.');
      return localEngine(config, log);
    default:
      return config.engine satisfies never;
  }
}

/** Servers of one's own often need no key. */
const mayOpenOpenAI = ({ openaiApiKey, openaiDialect }: Config): boolean =>
  openaiApiKey !== undefined || openaiDialect === 'plain' || openaiDialect === 'beta';

function openai(config: Config, log: Log, reason: string): PickedEngine {
  return { engine: createOpenAIEngine(openaiOptions(config, log)), reason, models: configuredModels(config) };
}

function localEngine(config: Config, log: Log): PickedEngine {
  const found = findSherpa(config);
  if ('model' in found) return sherpa(config, log, found, 'There is no OPENAI_API_KEY');
  if (found.asked) log.warn(`the engine sherpa cannot be used: ${found.missing}`);
  else if (sherpaMissing() === undefined) log.info(`a model for this machine: ${pullCommand(config)}`);
  return pocketSphinx(config, log, 'There is no OPENAI_API_KEY, so the embedded recogniser is used.');
}

function sherpa(config: Config, log: Log, found: FoundSherpa, because: string): PickedEngine {
  if ('missing' in found) return nothing(config, `${because}, but: ${found.missing} ${howToGetModel(config)}`);
  const { sherpaProcesses: processes, sherpaSessions: maxSessions } = config;
  const { sherpaDecoding: decoding, sherpaHotwords: hotwords } = config;
  const { model: punctuation } = found.punctuation;
  const { model: speakers } = found.speakers;
  const faults = besideFaults(found);
  for (const fault of faults) log.warn(fault);
  const engine = createSherpaEngine({
    model: found.model,
    ...(punctuation && { punctuation }),
    ...(speakers && { speakers }),
    ...(processes !== undefined && { processes }),
    ...(maxSessions !== undefined && { maxSessions }),
    ...(decoding !== undefined && { decoding }),
    ...(hotwords !== undefined && { hotwords }),
    warn: (message, details) => log.warn(details, message),
  });
  const { name } = found.model;
  const reason = [`${because}, and ${found.reason}`, ...besideOf(found)].join(' ');
  return { engine, reason, faults, models: { transcriptions: name, plain: name } };
}

function pocketSphinx(config: Config, log: Log, reason: string): PickedEngine {
  const found = findPocketSphinx();
  if ('missing' in found) return nothing(config, `${found.missing} ${howToGetOne(config)}`);
  const engine = createPocketSphinxEngine({
    files: found,
    warn: (message, details) => log.warn(details, message),
    ...(config.pocketsphinxSessions !== undefined && { maxDecoders: config.pocketsphinxSessions }),
  });
  const model = 'pocketsphinx-en-us';
  const models = { transcriptions: model, plain: model };
  return { engine, reason, models };
}

/** Stands in where there is no engine, so that nobody else has to ask whether there is one. */
function nothing(config: Config, reason: string): PickedEngine {
  const engine: Engine = {
    id: 'none',
    sampleRate: 16_000,
    features: { languages: 'any', caveat: undefined },
    readiness: () => ({ ready: false, reason }),
    open: async () => {
      throw new EngineError('engine_unavailable', `This server has no recognition engine. ${reason}`);
    },
    close: async () => undefined,
  };
  return { engine, reason, models: configuredModels(config) };
}

const configuredModels = (config: Config) => ({
  transcriptions: config.modelName,
  plain: config.openaiRealtimeModel,
});

const swedish = 'sv';

/** A language that nobody asked for gives way to what the engine knows; one that the operator set does not. */
function plainLanguage(config: Config, { features }: Engine): string {
  if (config.language !== undefined) return config.language;
  if (features.languages === 'any' || features.languages.includes(swedish)) return swedish;
  return features.languages[0] ?? swedish;
}
