import { cpSync, mkdtempSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childProcesses, recognise, speakAtOnce, wordErrorRate } from '@live-transcribe/testkit';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { SherpaEngineOptions } from '../src/index.ts';
import { createEngine, describeWithSherpa, finals, options, phrases, spoken, type TinyModel, tiny } from './sherpa.ts';

describeWithSherpa('hotwords of sherpa', () => {
  const ending = new AbortController();
  const warnings: object[] = [];
  let engine: ReturnType<typeof createEngine> | undefined;
  /** Heard as "zero" and nearly as "two", or the other way round. */
  let doubtful: Int16Array;
  beforeAll(async () => {
    doubtful = await speakAtOnce('two', 'stop');
  });
  afterEach(async () => {
    await engine?.close();
    engine = undefined;
    warnings.length = 0;
  });

  const start = (model: TinyModel, engineOptions: Partial<SherpaEngineOptions> = {}) => {
    const warn = (_message: string, details: object) => warnings.push(details);
    engine = createEngine({ model: tiny(model), warn, ...engineOptions });
    return engine;
  };
  const hear = async (hints: { prompt?: string; keywords?: readonly string[] } = {}, samples = doubtful) => {
    const session = await engine?.open({ ...options, ...hints }, ending.signal);
    return session && finals(await recognise(session, samples));
  };

  it('of the server make a streaming transducer hear them where it is in doubt, in all sessions', async () => {
    start('tiny-transducer', { decoding: 'modified_beam_search' });
    expect(await hear()).toEqual(['zero']);
    await engine?.close();
    start('tiny-transducer', { hotwords: ['two', 'seventy'] });
    expect(await hear()).toEqual(['two']);
    expect(
      wordErrorRate(phrases.join(' '), (await hear({}, await spoken()))?.join(' ') ?? '').rate,
    ).toBeLessThanOrEqual(0.1);
    expect(warnings).toEqual([]);
  });

  it.each([
    ['tiny-offline-transducer', 'zero', 'two'],
    ['tiny-offline-nemo', 'two', 'zero'],
  ] as const)('of a session are its own with the model %s', async (model, likeliest, hotword) => {
    start(model, { decoding: 'modified_beam_search' });
    const heard = await Promise.all([
      hear(),
      hear({ prompt: `Seventy-two; ${hotword}.` }),
      hear({ prompt: 'right, left' }),
      hear({ keywords: [hotword] }),
    ]);
    expect(heard).toEqual([[likeliest], [hotword], [likeliest], [hotword]]);
    const clear = (await hear({ prompt: hotword }, await spoken()))?.join(' ') ?? '';
    expect(wordErrorRate(phrases.join(' '), clear).rate, clear).toBeLessThanOrEqual(0.1);
    expect(warnings).toEqual([]);
  });

  it('of the server are for the sessions of an offline transducer that bring no keywords', async () => {
    start('tiny-offline-transducer', { hotwords: ['two'] });
    expect(await Promise.all([hear(), hear({ prompt: 'left' }), hear({ keywords: ['left'] })])).toEqual([
      ['two'],
      ['two'],
      ['zero'],
    ]);
  });

  it('can be anything that a client says: what the library would make of its signs does not reach it', async () => {
    start('tiny-offline-transducer', { decoding: 'modified_beam_search' });
    const hostile = [
      'two :x',
      ':',
      ': : #',
      '#',
      '@two',
      'two/:',
      '/',
      '▁two',
      '\u0000',
      '<blk>',
      '🙂',
      ':'.repeat(200),
      "'",
      '-',
    ];
    expect(await hear({ keywords: hostile })).toEqual(['two']);
    expect(await hear({ keywords: hostile.slice(1, 4), prompt: `${'/:'.repeat(4_000)}\n:x` })).toEqual(['zero']);
    expect(warnings).toEqual([{ option: 'hotwords that it cannot spell', model: 'tiny-offline-transducer' }]);
  });

  it.each([
    ['tiny-streaming', { hotwords: ['two'] }, ['modified_beam_search', 'hotwords', 'prompt', 'keywords']],
    ['tiny-offline', {}, ['prompt', 'keywords']],
    ['tiny-nemo', { decoding: 'modified_beam_search' }, ['modified_beam_search', 'prompt', 'keywords']],
    ['tiny-transducer', { hotwords: ['two', 'Åsa'] }, ['hotword Åsa', 'prompt', 'keywords']],
    ['tiny-offline-transducer', {}, ['prompt', 'keywords']],
  ] as const)(
    'that the model %s cannot have are left out, which is told once',
    async (model, engineOptions, leftOut) => {
      start(model, engineOptions);
      for (let time = 0; time < 2; time += 1)
        expect(await hear({ prompt: 'right', keywords: ['left'] })).toHaveLength(1);
      expect(warnings).toEqual(leftOut.map((option) => ({ option, model })));
    },
  );

  it('are cut into tokens by the model’s own vocabulary, where it has one', async () => {
    const model = tiny('tiny-offline-transducer');
    const folder = mkdtempSync(join(tmpdir(), 'live-transcribe-spelled-'));
    try {
      cpSync(model.folder, folder, { recursive: true });
      writeFileSync(join(folder, 'bpe.vocab'), '▁t\t-1\nwo\t-2\n▁two\t-9\n');
      const spelled = { ...model.description, files: { ...model.description.files, vocabulary: 'bpe.vocab' } };
      // By these scores "two" is cut into pieces that are no tokens, and so it is no hotword.
      for (const [description, heard] of [
        [model.description, 'two'],
        [spelled, 'zero'],
      ] as const) {
        start('tiny-offline-transducer', { model: { ...model, folder, description }, hotwords: ['two'] });
        expect(await hear()).toEqual([heard]);
        await engine?.close();
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('are heard by a recogniser that is started anew, though the temporary folder has been tidied up', async () => {
    const temporary = mkdtempSync(join(tmpdir(), 'live-transcribe-temporary-'));
    vi.stubEnv('TMPDIR', temporary);
    try {
      start('tiny-transducer', { hotwords: ['two'] });
      expect(await hear()).toEqual(['two']);
      for (const folder of readdirSync(temporary)) rmSync(join(temporary, folder), { recursive: true });
      const [recogniser = 0] = childProcesses();
      process.kill(recogniser, 'SIGKILL');
      await vi.waitUntil(() => !childProcesses().includes(recogniser) && engine?.readiness().ready);
      expect(await hear()).toEqual(['two']);
      // Where there is no folder any more, words come without them.
      rmSync(temporary, { recursive: true });
      const [next = 0] = childProcesses();
      process.kill(next, 'SIGKILL');
      await vi.waitUntil(() => !childProcesses().includes(next) && engine?.readiness().ready);
      expect(await hear()).toEqual(['zero']);
      expect(warnings).toContainEqual({ error: expect.stringContaining('ENOENT') });
    } finally {
      vi.unstubAllEnvs();
      rmSync(temporary, { recursive: true, force: true });
    }
  });

  it('leave no file behind', async () => {
    const temporary = mkdtempSync(join(tmpdir(), 'live-transcribe-temporary-'));
    vi.stubEnv('TMPDIR', temporary);
    try {
      start('tiny-transducer', { hotwords: ['two'] });
      expect(readdirSync(temporary)).toHaveLength(1);
      await engine?.close();
      expect(readdirSync(temporary)).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
      rmdirSync(temporary);
    }
  });
});
