import type { Clock, RecognitionOptions } from '@live-transcribe/core';
import { createOpenAIEngine, type OpenAIEngineOptions } from '@live-transcribe/engine-openai';
import { type Simulator, startSimulator } from '@live-transcribe/realtime-simulator';
import { ManualClock, seeded } from '@live-transcribe/testkit';
import { LoudDetector } from '../../../engine-openai/test/support/loud-detector.ts';
import type { Draw, FaultPlan } from './fault-plan.ts';
import { type RecordingOptions, reading, type SpokenRecording, spoken } from './fault-recording.ts';
import { addresses, RoutedEngine } from './fault-routes.ts';

/** Who ends utterances in a run. */
export type Mode = 'service' | 'service and detector' | 'gateway' | 'gateway, silence not sent';

const modes: readonly Mode[] = ['service', 'service and detector', 'gateway', 'gateway, silence not sent'];
/** Turns of the event loop in which nothing happens: every party lives in this process, so nothing is under way. */
const quietTurns = 30;
const stepMs = 1_000;
/** More than every time limit and retry of a run together. */
const longestMs = 30 * 60_000;

export interface World {
  readonly mode: Mode;
  readonly plan: FaultPlan;
  readonly random: () => number;
  readonly recording: SpokenRecording;
  readonly simulator: Simulator;
  readonly engine: RoutedEngine;
  readonly clock: ManualClock;
  /** Lets time pass, and what is held go on, only when nothing else happens; resolves with `work`. */
  until<T>(work: Promise<T>, activity: () => number): Promise<T>;
  /** Whether anything of the plan has happened so far. */
  readonly met: boolean;
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly seed: number;
  readonly plan: (draw: Draw) => FaultPlan;
  readonly recording?: RecordingOptions;
  readonly mode?: Mode;
}

/** A recording, a service that will fail in some way, and the engine between; all by the seed. */
export async function openWorld(options: WorldOptions): Promise<World> {
  const random = seeded(options.seed);
  const mode = options.mode ?? modes[Math.floor(random() * modes.length)] ?? 'service';
  const recording = spoken(random, options.recording ?? { ms: 20_000 + random() * 20_000 });
  const held: (() => void)[] = [];
  const hold = () => new Promise<void>((resolve) => held.push(resolve));
  const plan = options.plan({ random, recording, hold });
  const simulator = await startSimulator({
    script: ({ samples }) => ({ transcript: reading(samples) }),
    transcriptions: ({ samples }) => ({ text: reading(samples) }),
    faults: plan.faults ?? [],
    recordSamples: 0,
    ...(plan.sessionSeconds !== undefined && { sessionSeconds: plan.sessionSeconds }),
  });
  const happened = new Set<string>();
  for (const { kind } of plan.faults ?? []) void simulator.happened(kind).then(() => happened.add(kind));
  const clock = new ManualClock();
  const engine = await routed(simulator.baseUrl, clock, mode, plan);
  const close = async () => {
    await engine.close();
    await simulator.close();
  };
  const until: World['until'] = (work, activity) => drive(work, { clock, held, engine, simulator, activity });
  return {
    mode,
    plan,
    random,
    recording,
    simulator,
    engine,
    clock,
    until,
    close,
    get met() {
      const isRotated = plan.sessionSeconds !== undefined && simulator.connections.size > 1;
      return happened.size > 0 || engine.misled > 0 || isRotated;
    },
  };
}

/** What a session of a world asks for. */
export const recognition: RecognitionOptions = {
  language: 'sv',
  model: 'gpt-4o-transcribe',
  prompt: undefined,
  words: false,
};

async function routed(baseUrl: string, clock: Clock, mode: Mode, plan: FaultPlan): Promise<RoutedEngine> {
  const options: Omit<OpenAIEngineOptions, 'baseUrl'> = {
    apiKey: 'sk-test',
    dialect: 'openai',
    warn: () => undefined,
    clock,
    // What is late is found by the clock of the test, that of the session.
    connectTimeoutMs: 60_000,
    session: { turns: { kind: mode.startsWith('gateway') ? 'gateway_vad' : 'server_vad' } },
    ...(mode !== 'service' && { createDetector: ({ silenceMs }) => new LoudDetector(silenceMs) }),
    ...(mode === 'gateway, silence not sent' && { gateSilence: { afterMs: 200, preRollMs: 300 } }),
  };
  const to = await addresses(baseUrl);
  const by = (url: string) => createOpenAIEngine({ ...options, baseUrl: url });
  return new RoutedEngine(
    { good: by(to.good), refused: by(to.refused), 'no name': by(to['no name']), 'no TLS': by(to['no TLS']) },
    plan.routes ?? [],
  );
}

interface Driven {
  readonly clock: ManualClock;
  readonly held: (() => void)[];
  readonly engine: RoutedEngine;
  readonly simulator: Simulator;
  readonly activity: () => number;
}

async function drive<T>(work: Promise<T>, { clock, held, engine, simulator, activity }: Driven): Promise<T> {
  let over = false;
  const done = work.finally(() => {
    over = true;
  });
  // Whoever awaits `done` below is told; until then a failure is nobody's.
  done.catch(() => undefined);
  const happened = () => activity() + activityOf(simulator);
  let before = happened();
  for (let quiet = 0; !over; ) {
    await new Promise((resolve) => setImmediate(resolve));
    const now = happened();
    quiet = now === before && engine.underway === 0 ? quiet + 1 : 0;
    before = now;
    if (quiet < quietTurns) continue;
    quiet = 0;
    const release = held.shift();
    if (release) release();
    else clock.advance(stepMs);
    if (clock.now() > longestMs)
      throw new Error(`Nothing happens any more; waiting for ${clock.waiting.join(', ')} ms.`);
  }
  return done;
}

/** Grows with all that the service hears, says and is asked. */
function activityOf({ connections, secretRequests, transcriptionRequests }: Simulator): number {
  let sum = connections.size + secretRequests.length + transcriptionRequests.length;
  for (const { heard, clientEvents, serverEvents } of connections.values()) {
    sum += heard + clientEvents.length + serverEvents.length;
  }
  return sum;
}
