import type { EngineEvent } from '@live-transcribe/core';
import { describeWith, speechToolsMissing } from '@live-transcribe/testkit';
import { createPocketSphinxEngine, findPocketSphinx, type PocketSphinxEngineOptions } from '../src/index.ts';

export const options = { language: 'en', model: '', prompt: undefined, words: true } as const;

const found = findPocketSphinx();
const missing = [speechToolsMissing(), 'missing' in found ? found.missing : undefined];

export const describeWithSphinx = (name: string, tests: () => void) =>
  describeWith(missing, name, { timeout: 60_000 }, tests);

export function createEngine(engineOptions: Partial<PocketSphinxEngineOptions> = {}) {
  if ('missing' in found) throw new Error(found.missing);
  return createPocketSphinxEngine({ files: found, warn: () => undefined, ...engineOptions });
}

export const finals = (events: readonly EngineEvent[]) =>
  events.flatMap((event) => (event.kind === 'utterance' ? [event.text] : []));
