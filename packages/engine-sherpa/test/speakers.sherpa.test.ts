import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { joinSamples } from '@live-transcribe/audio';
import { childProcesses, collect, recognise, speak, tinyModel } from '@live-transcribe/testkit';
import { afterEach, expect, it, vi } from 'vitest';
import { readModel, type SherpaModel } from '../src/index.ts';
import { createEngine, describeWithSherpa, finals, options, tiny, utterances } from './sherpa.ts';

function speakersOf(folder: string): SherpaModel<'speakers'> {
  const model = readModel(folder, 'speakers');
  if ('invalid' in model) throw new Error(model.invalid);
  return model;
}

type Line = readonly [voice: 'slt' | 'rms' | 'awb', text: string];

const dialogue: readonly Line[] = [
  ['slt', 'three seven sixty one'],
  ['rms', 'hello stop left right'],
  ['rms', 'nine zero five two'],
  ['slt', 'yes four eight no'],
  ['awb', 'seventy two ninety one'],
  ['slt', 'hello stop left right'],
];

async function spokenBy(lines: readonly Line[]): Promise<Int16Array> {
  const parts = await Promise.all(lines.map(([voice, text]) => speak(text, { voice, leadMs: 1_200 })));
  return joinSamples([...parts, new Int16Array(24_000)]);
}

const who = (events: Parameters<typeof utterances>[0]) => utterances(events).map(({ speaker }) => speaker);

describeWithSherpa('the speakers of finals', () => {
  const ending = new AbortController();
  const leaving: (() => unknown)[] = [];
  afterEach(async () => {
    for (const leave of leaving.splice(0).reverse()) await leave();
  });
  const create = (engineOptions: Parameters<typeof createEngine>[0] = {}) => {
    const engine = createEngine({ speakers: speakersOf(tinyModel('tiny-voices')), ...engineOptions });
    leaving.push(() => engine.close());
    return engine;
  };

  it.each(['tiny-streaming', 'tiny-offline'] as const)(
    'are told apart by their voices, with the model %s',
    async (name) => {
      const session = await create({ model: tiny(name) }).open(options, ending.signal);
      const events = await recognise(session, await spokenBy(dialogue));
      expect(finals(events)).toHaveLength(dialogue.length);
      expect(who(events)).toEqual(['A', 'B', 'B', 'A', 'C', 'A']);
    },
  );

  it('are those of their session alone', async () => {
    const engine = create();
    const [first, second] = await Promise.all([
      engine.open({ ...options }, ending.signal),
      engine.open({ ...options }, ending.signal),
    ]);
    expect(who(await recognise(first, await spokenBy(dialogue.slice(0, 2))))).toEqual(['A', 'B']);
    expect(who(await recognise(second, await spokenBy(dialogue.slice(1, 2))))).toEqual(['A']);
  });

  it('are known again by the recogniser that takes the place of one that was killed', async () => {
    const engine = create();
    const session = await engine.open(options, ending.signal);
    const events: Awaited<ReturnType<typeof collect>> = [];
    const [first, ...others] = dialogue;
    if (first === undefined) throw new Error('Nobody speaks.');
    const lost = expect(
      (async () => {
        for await (const event of session.events) events.push(event);
      })(),
    ).rejects.toMatchObject({ code: 'engine_lost' });
    await session.write(await spokenBy([first]));
    await vi.waitUntil(() => who(events).length === 1, 20_000);
    process.kill(childProcesses()[0] ?? 0, 'SIGKILL');
    await lost;
    await vi.waitUntil(() => engine.readiness().ready, 20_000);
    const next = await engine.open(options, ending.signal);
    expect([...who(events), ...who(await recognise(next, await spokenBy(others)))]).toEqual([
      'A',
      'B',
      'B',
      'A',
      'C',
      'A',
    ]);
  });

  it('are those of each utterance also after a commit, a clear and long silence', async () => {
    const session = await create().open(options, ending.signal);
    const events = collect(session);
    const [one, other] = [await spokenBy(dialogue.slice(0, 1)), await spokenBy(dialogue.slice(1, 2))];
    await session.write(one);
    await session.write(new Int16Array(10 * 16_000));
    await session.write(other);
    await session.write(one.subarray(0, one.length - 20_000));
    await session.commit();
    await session.write(other.subarray(0, 26_000));
    await session.clear();
    await session.write(other);
    await session.finish();
    expect(who(await events)).toEqual(['A', 'B', 'A', 'B']);
  });

  it('are left out where their model ends the process', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'live-transcribe-voices-'));
    leaving.push(() => rmSync(folder, { recursive: true }));
    cpSync(tinyModel('tiny-voices'), folder, { recursive: true });
    cpSync(join(tinyModel('tiny-streaming'), 'model.onnx'), join(folder, 'model.onnx'));
    const warnings: object[] = [];
    const engine = create({ speakers: speakersOf(folder), warn: (_message, details) => warnings.push(details) });
    await vi.waitUntil(() => warnings.length > 0 && engine.readiness().ready, 20_000);
    const events = await recognise(await engine.open(options, ending.signal), await spokenBy(dialogue));
    expect(finals(events)).toHaveLength(dialogue.length);
    expect(who(events)).toEqual(dialogue.map(() => undefined));
    expect(warnings).toEqual([expect.objectContaining({ without: 'speakers' })]);
  });
});
