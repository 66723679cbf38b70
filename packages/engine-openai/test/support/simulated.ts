import { inspect } from 'node:util';
import type { Engine, EngineEvent, EngineSession, RecognitionOptions } from '@live-transcribe/core';
import { type Simulator, type SimulatorOptions, startSimulator } from '@live-transcribe/realtime-simulator';
import { afterEach, expect } from 'vitest';
import { expectAllAsInSchema } from '../../../realtime-simulator/test/support/schema.ts';
import { createOpenAIEngine, type OpenAIEngineOptions } from '../../src/index.ts';
import { chunks } from './audio.ts';

export const apiKey = 'sk-proj-TheKeyThatNobodyMaySee0123456789';

export const recognition: RecognitionOptions = {
  language: 'sv',
  model: 'gpt-4o-transcribe',
  prompt: undefined,
  words: false,
};

export interface Simulated {
  readonly simulator: Simulator;
  readonly engine: Engine;
  readonly warnings: { readonly message: string; readonly details: Readonly<Record<string, unknown>> }[];
  /** `signal` ends the session; the engine's end does when absent. */
  open(options?: Partial<RecognitionOptions>, signal?: AbortSignal): Promise<EngineSession>;
}

const running: Simulated[] = [];

/** An engine and the simulator it speaks to; both end with the test, which holds all they said to OpenAI's schema. */
export async function simulate(
  simulatorOptions: SimulatorOptions = {},
  engineOptions: Partial<OpenAIEngineOptions> = {},
): Promise<Simulated> {
  const simulator = await startSimulator({ apiKey, ...simulatorOptions });
  const warnings: Simulated['warnings'] = [];
  const warn = (message: string, details: Readonly<Record<string, unknown>>) =>
    void warnings.push({ message, details });
  const engine = createOpenAIEngine({ apiKey, baseUrl: simulator.baseUrl, warn, ...engineOptions });
  const simulated: Simulated = {
    simulator,
    engine,
    warnings,
    open: (options = {}, signal = new AbortController().signal) => engine.open({ ...recognition, ...options }, signal),
  };
  running.push(simulated);
  return simulated;
}

afterEach(async () => {
  for (const { simulator, engine, warnings } of running.splice(0)) {
    await engine.close();
    await simulator.close();
    expectAllAsInSchema(simulator);
    expectNoSecret(warnings);
  }
});

/** As a logger would write it, causes and all. */
export function expectNoSecret(value: unknown): void {
  const written = inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true, maxStringLength: null });
  expect(written).not.toContain(apiKey);
  expect(written).not.toContain(apiKey.slice(-4));
  expect(written).not.toMatch(/ek_[0-9a-f]/);
}

export async function collect(session: EngineSession): Promise<EngineEvent[]> {
  const events: EngineEvent[] = [];
  for await (const event of session.events) events.push(event);
  return events;
}

/** What `collect` throws. */
export const failureOf = (session: EngineSession): Promise<unknown> =>
  collect(session).then(
    () => expect.fail('The events ended without an error.'),
    (thrown: unknown) => thrown,
  );

export async function write(session: Pick<EngineSession, 'write'>, samples: Int16Array): Promise<void> {
  for (const chunk of chunks(samples)) await session.write(chunk);
}

export const textsOf = (events: readonly EngineEvent[]): string[] =>
  events.flatMap((event) => (event.kind === 'utterance' ? [event.text] : []));
