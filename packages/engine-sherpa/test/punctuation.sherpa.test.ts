import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recognise, tinyModel } from '@live-transcribe/testkit';
import { afterEach, expect, it, vi } from 'vitest';
import { readModel, type SherpaModel } from '../src/index.ts';
import { createEngine, describeWithSherpa, finals, options, spoken, tiny, utterances } from './sherpa.ts';

type Name = 'tiny-punctuation-en' | 'tiny-punctuation-zh-en';

function punctuation(folder: string): SherpaModel<'punctuation'> {
  const model = readModel(folder, 'punctuation');
  if ('invalid' in model) throw new Error(model.invalid);
  return model;
}
const tinyPunctuation = (name: Name) => punctuation(tinyModel(name));

const said = ['hello stop left right', 'nine zero'];

describeWithSherpa('the punctuation of finals', () => {
  const ending = new AbortController();
  const leaving: (() => unknown)[] = [];
  afterEach(async () => {
    for (const leave of leaving.splice(0).reverse()) await leave();
  });
  const create = (engineOptions: Parameters<typeof createEngine>[0]) => {
    const engine = createEngine(engineOptions);
    leaving.push(() => engine.close());
    return engine;
  };
  const hear = async (engineOptions: Parameters<typeof createEngine>[0], language: string | undefined = 'en') => {
    const session = await create(engineOptions).open({ ...options, language }, ending.signal);
    return recognise(session, await spoken(said));
  };

  it.each(['tiny-streaming', 'tiny-offline'] as const)(
    'is put into those of the model %s, and into no partial',
    async (name) => {
      const events = await hear({ model: tiny(name), punctuation: tinyPunctuation('tiny-punctuation-en') });
      expect(finals(events)).toEqual(['Hello, stop Left right?', 'Nine ZERO.']);
      const partials = events.flatMap((event) => (event.kind === 'hypothesis' ? [event.text] : []));
      expect(partials).not.toEqual([]);
      for (const text of partials) expect(text).toMatch(/^[a-z ]+$/);
    },
  );

  it('stands in the words too, whose times stay', async () => {
    const without = utterances(await hear({}));
    const events = utterances(await hear({ punctuation: tinyPunctuation('tiny-punctuation-en') }));
    expect(events[0]?.words?.map(({ text }) => text)).toEqual(['Hello,', 'stop', 'Left', 'right?']);
    const times = (all: typeof events) => all.flatMap(({ words = [] }) => words.map(({ start, end }) => [start, end]));
    expect(times(events)).toEqual(times(without));
    expect(times(events)).toHaveLength(6);
  });

  it('is that of the script by a model of several languages, and leaves letters as they are', async () => {
    const events = await hear({ punctuation: tinyPunctuation('tiny-punctuation-zh-en') });
    expect(finals(events)).toEqual(['hello, stop. left right?', 'nine zero.']);
  });

  it('is left out of a language that its model does not know', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'live-transcribe-punctuation-'));
    leaving.push(() => rmSync(folder, { recursive: true }));
    cpSync(tinyModel('tiny-punctuation-en'), folder, { recursive: true });
    const files = { model: 'model.onnx', vocabulary: 'bpe.vocab' };
    writeFileSync(
      join(folder, 'model.json'),
      JSON.stringify({ kind: 'punctuation-cnn-bilstm', files, languages: ['sv'] }),
    );
    expect(finals(await hear({ punctuation: punctuation(folder) }, undefined))).toEqual(said);
  });

  it('is left out where its model ends the process: the words leave as they were heard, and the log says so', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'live-transcribe-punctuation-'));
    leaving.push(() => rmSync(folder, { recursive: true }));
    cpSync(tinyModel('tiny-punctuation-en'), folder, { recursive: true });
    // A recogniser's network: it has none of the notes and none of the inputs of punctuation.
    cpSync(join(tinyModel('tiny-streaming'), 'model.onnx'), join(folder, 'model.onnx'));
    const warnings: object[] = [];
    const engine = create({
      punctuation: punctuation(folder),
      warn: (_message, details) => warnings.push(details),
    });
    await expect(engine.open(options, ending.signal)).rejects.toMatchObject({ code: 'engine_unavailable' });
    await vi.waitUntil(() => warnings.length > 0 && engine.readiness().ready, 20_000);
    const session = await engine.open(options, ending.signal);
    expect(finals(await recognise(session, await spoken(said)))).toEqual(said);
    expect(warnings).toEqual([expect.objectContaining({ without: 'punctuation', said: expect.stringMatching(/\S/) })]);
  });

  it('is left out of the final on whose words its model fails, which are not lost', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'live-transcribe-punctuation-'));
    leaving.push(() => rmSync(folder, { recursive: true }));
    cpSync(tinyModel('tiny-punctuation-en'), folder, { recursive: true });
    const vocabulary = readFileSync(join(folder, 'bpe.vocab'), 'utf8');
    // The network's tables have no row for its number.
    writeFileSync(join(folder, 'bpe.vocab'), `${vocabulary.replace('▁nine', '▁nein')}▁nine\t-99\n`);
    const events = await hear({ punctuation: punctuation(folder) });
    expect(finals(events)).toEqual(['Hello, stop Left right?', 'nine zero']);
  });
});
