import { readFile } from 'node:fs/promises';
import { Intake } from '@live-transcribe/audio';
import { type Engine, EngineError, type ErrorCode } from '@live-transcribe/core';
import type { EngineChoice } from '../../engines.ts';
import { type Finding, ok, sentenceOf, warning, wrong } from '../finding.ts';

/** "One, two, three.", made by a synthesiser. */
const recording = new URL('../../../assets/doctor/one-two-three.wav', import.meta.url);
/** As clients send it: samples of 100 ms, and after the words as much silence as ends an utterance. */
const chunksPerSecond = 10;
const silenceSeconds = 1;

const check = 'engine';

/** Opens a session with each model in force and has it hear somebody count to three. */
export async function checkEngine(
  { engine, reason, models, faults = [] }: EngineChoice,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  if (engine.id === 'none') return [wrong(check, 'There is none: no session can be had.', reason)];
  const findings = faults.map((fault) => warning(check, fault, 'live-transcribe models list shows what is there.'));
  for (const model of new Set([models.transcriptions, models.plain])) {
    const finding = await tryModel(engine, model, signal);
    findings.push(finding);
    // Whatever else fails with one model fails with the next one too.
    if (finding.verdict === 'wrong' && finding.mend !== mends.engine_refused) break;
  }
  return findings;
}

async function tryModel(engine: Engine, model: string, signal: AbortSignal): Promise<Finding> {
  const began = performance.now();
  try {
    const text = await recognise(engine, model, signal);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    if (text !== '') return ok(check, `${engine.id}, ${model}: heard "${text}" within ${seconds} s.`);
    const says = `${engine.id}, ${model}: it took somebody counting to three, and heard nothing.`;
    return warning(check, says, 'Look at the turn detection (OPENAI_TURNS, OPENAI_VAD_…), or try another model.');
  } catch (thrown) {
    const late = signal.aborted ? 'It did not come to an end in time.' : undefined;
    return wrong(check, `${engine.id}, ${model}: ${late ?? explained(thrown)}`, mendFor(thrown));
  }
}

async function recognise(engine: Engine, model: string, signal: AbortSignal): Promise<string> {
  const ending = new AbortController();
  const ends = AbortSignal.any([signal, ending.signal]);
  const options = { language: languageOf(engine), model, prompt: undefined, words: false };
  try {
    const session = await engine.open(options, ends);
    const texts: string[] = [];
    const listening = (async () => {
      for await (const event of session.events) {
        if (event.kind === 'utterance' && event.text !== '') texts.push(event.text);
        if (event.kind === 'failed') throw event.error;
      }
    })();
    // It is awaited below, when all is said; until then what goes wrong ends the saying too.
    listening.catch(() => undefined);
    const samples = await spoken(engine.sampleRate);
    const chunk = engine.sampleRate / chunksPerSecond;
    for (let at = 0; at < samples.length; at += chunk) await session.write(samples.subarray(at, at + chunk));
    await session.finish();
    await listening;
    return texts.join(' ');
  } finally {
    ending.abort(new EngineError('engine_lost', 'The check is over.'));
  }
}

async function spoken(sampleRate: number): Promise<Int16Array> {
  const intake = new Intake({ declared: { encoding: 'auto', sampleRate, channels: 1 }, sampleRate });
  const said = (await intake.push(await readFile(recording))).slice();
  const rest = await intake.end();
  const samples = new Int16Array(said.length + rest.length + silenceSeconds * sampleRate);
  samples.set(said);
  samples.set(rest, said.length);
  return samples;
}

const languageOf = ({ features }: Engine): string | undefined =>
  features.languages === 'any' || features.languages.includes('en') ? 'en' : features.languages[0];

/** With what the service itself has said, from which secrets are taken. */
function explained(thrown: unknown): string {
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? ` (${thrown.cause.message})` : '';
  return `${sentenceOf(thrown)}${cause}`;
}

const network = 'Look at the network, and whether WebSockets get through proxies; then at the state of the service.';

const mends: Partial<Record<ErrorCode, string>> = {
  engine_auth: 'Look at OPENAI_API_KEY.',
  engine_quota: 'Look at the credit and the limits of the account.',
  engine_refused: 'Set MODEL_NAME, and OPENAI_REALTIME_MODEL for /ws, to models that this account may use.',
  engine_unreachable: network,
  engine_lost: network,
  engine_timeout: network,
  engine_busy: 'Ask again when recognisers are free.',
};

const mendFor = (thrown: unknown): string =>
  (thrown instanceof EngineError ? mends[thrown.code] : undefined) ??
  'The log of the server, with LOG_LEVEL=debug, says more.';
