import { joinSamples } from '@live-transcribe/audio';
import type { EngineEvent } from '@live-transcribe/core';
import { describeWith, speak, speechToolsMissing, tinyModel } from '@live-transcribe/testkit';
import {
  createSherpaEngine,
  readModel,
  type SherpaEngineOptions,
  type SherpaModel,
  sherpaMissing,
} from '../src/index.ts';

export const options = { language: 'en', model: '', prompt: undefined, words: true } as const;

export const describeWithSherpa = (name: string, tests: () => void) =>
  describeWith([speechToolsMissing(), sherpaMissing()], name, { timeout: 60_000 }, tests);

export type TinyModel = Parameters<typeof tinyModel>[0];

export function tiny(name: TinyModel = 'tiny-streaming'): SherpaModel {
  const model = readModel(tinyModel(name));
  if ('invalid' in model) throw new Error(model.invalid);
  return model;
}

export const createEngine = (engineOptions: Partial<SherpaEngineOptions> = {}) =>
  createSherpaEngine({ model: tiny(), processes: 1, warn: () => undefined, ...engineOptions });

/** Phrases of the words that the tiny models know. */
export const phrases = [
  'three seven sixty one',
  'hello stop left right',
  'nine zero five two',
  'yes four eight no',
  'seventy two ninety one',
] as const;

/** The phrases, a second of silence before, between and after. */
export async function spoken(
  texts: readonly string[] = phrases,
  voice: 'slt' | 'rms' | 'awb' = 'slt',
): Promise<Int16Array> {
  const parts = await Promise.all(texts.map((text) => speak(text, { voice, leadMs: 1_200 })));
  return joinSamples([...parts, new Int16Array(24_000)]);
}

export const utterances = (events: readonly EngineEvent[]) => events.filter((event) => event.kind === 'utterance');
export const finals = (events: readonly EngineEvent[]) => utterances(events).map(({ text }) => text);
