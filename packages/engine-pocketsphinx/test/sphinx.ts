import type { EngineEvent, EngineSession } from '@live-transcribe/core';
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

/** Writes `samples` in pieces of `size` samples and finishes; answers everything that was said. */
export async function recognise(session: EngineSession, samples: Int16Array, size = 1_600): Promise<EngineEvent[]> {
  const events = collect(session);
  for (let at = 0; at < samples.length; at += size) await session.write(samples.subarray(at, at + size));
  await session.finish();
  return events;
}

export async function collect(session: EngineSession): Promise<EngineEvent[]> {
  const events: EngineEvent[] = [];
  for await (const event of session.events) events.push(event);
  return events;
}

export const finals = (events: readonly EngineEvent[]) =>
  events.flatMap((event) => (event.kind === 'utterance' ? [event.text] : []));
