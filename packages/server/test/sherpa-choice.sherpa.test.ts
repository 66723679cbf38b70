import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sherpaMissing } from '@live-transcribe/engine-sherpa';
import { describeWith, tinyModel } from '@live-transcribe/testkit';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { chooseEngine } from '../src/engines.ts';
import { readConfig } from '../src/index.ts';
import { endVisits, examine } from './support/doctor.ts';

describeWith([sherpaMissing()], 'the choice of sherpa', {}, () => {
  let dataDir: string;
  const log = pino({ level: 'silent' });
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'live-transcribe-choice-'));
  });
  afterEach(() => {
    endVisits();
    rmSync(dataDir, { recursive: true });
  });

  const install = (name: string, languages: readonly string[] = ['en']) => {
    const folder = join(dataDir, 'models', name);
    cpSync(tinyModel('tiny-streaming'), folder, { recursive: true });
    const files = { tokens: 'tokens.txt', model: 'model.onnx' };
    const description = { kind: 'nemo-ctc', files, languages, featureDim: 40 };
    writeFileSync(join(folder, 'model.json'), JSON.stringify(description));
  };

  const shelve = (name: Parameters<typeof tinyModel>[0], as: string = name) =>
    cpSync(tinyModel(name), join(dataDir, 'models', as), { recursive: true });

  async function chosen(environment: Record<string, string>) {
    const read = readConfig({ DATA_DIR: dataDir, ...environment });
    if (!read.ok) throw new Error(read.faults.join('\n'));
    const { engine, reason, faults, models, plainLanguage } = chooseEngine(read.config, log);
    await engine.close();
    return { id: engine.id, reason, faults, model: models.plain, plainLanguage };
  }

  it('falls on a model that is installed, where there is no key', async () => {
    install('english');
    const choice = { id: 'sherpa', model: 'english', plainLanguage: 'en' };
    expect(await chosen({ ENGINE: 'auto' })).toMatchObject({
      ...choice,
      reason: expect.stringContaining('no OPENAI_API_KEY'),
    });
    expect(await chosen({ OPENAI_API_KEY: 'sk-any' })).toMatchObject({ id: 'openai' });
  });

  it('falls on a model of the language, and on the one that is named before all', async () => {
    install('a-german', ['de']);
    install('english');
    install('swedish', ['sv']);
    expect(await chosen({})).toMatchObject({ model: 'swedish', plainLanguage: 'sv' });
    expect(await chosen({ LANGUAGE: 'en' })).toMatchObject({ model: 'english', plainLanguage: 'en' });
    expect(await chosen({ LANGUAGE: 'fr' })).toMatchObject({ model: 'a-german' });
    expect(await chosen({ LANGUAGE: 'en', SHERPA_MODEL: 'a-german' })).toMatchObject({ model: 'a-german' });
    const byPath = await chosen({ ENGINE: 'sherpa', SHERPA_MODEL: tinyModel('tiny-streaming') });
    expect(byPath).toMatchObject({ model: 'tiny-streaming', reason: expect.stringContaining('ENGINE=sherpa') });
  });

  it('never falls on a model that does something else, and says so of one that is named', async () => {
    shelve('tiny-punctuation-en');
    expect(await chosen({ ENGINE: 'sherpa' })).toMatchObject({
      id: 'none',
      reason: expect.stringContaining('There is no model for sherpa-onnx'),
    });
    expect(await chosen({ ENGINE: 'sherpa', SHERPA_MODEL: 'tiny-punctuation-en' })).toMatchObject({
      id: 'none',
      reason: expect.stringContaining('tiny-punctuation-en puts punctuation into text; one that recognises speech'),
    });
  });

  it('brings the punctuation that knows the language best, the one that is named, or none', async () => {
    install('english');
    expect(await chosen({})).toMatchObject({ reason: expect.not.stringContaining('punctuated') });
    shelve('tiny-punctuation-zh-en', 'a-chinese');
    const by = (name: string) => ({ reason: expect.stringContaining(`punctuated by ${name}.`), faults: [] });
    expect(await chosen({})).toMatchObject(by('a-chinese'));
    shelve('tiny-punctuation-en');
    expect(await chosen({ SHERPA_PUNCTUATION: 'auto' })).toMatchObject(by('tiny-punctuation-en'));
    expect(await chosen({ SHERPA_PUNCTUATION: 'a-chinese' })).toMatchObject(by('a-chinese'));
    const path = tinyModel('tiny-punctuation-zh-en');
    expect(await chosen({ SHERPA_PUNCTUATION: path })).toMatchObject(by('tiny-punctuation-zh-en'));
    expect(await chosen({ SHERPA_PUNCTUATION: 'off' })).toMatchObject({
      reason: expect.not.stringContaining('punctuated'),
      faults: [],
    });
    install('swedish', ['sv']);
    expect(await chosen({})).toMatchObject({ model: 'swedish', reason: expect.not.stringContaining('punctuated') });
  });

  it('goes on without punctuation that cannot be had, and says why', async () => {
    install('swedish', ['sv']);
    shelve('tiny-punctuation-en');
    const faults = async (name: string) => {
      const choice = await chosen({ SHERPA_PUNCTUATION: name });
      expect(choice).toMatchObject({ id: 'sherpa', model: 'swedish' });
      return choice.faults;
    };
    expect(await faults('nowhere')).toEqual([
      expect.stringContaining('SHERPA_PUNCTUATION=nowhere does nothing: There is no model'),
    ]);
    expect(await faults('swedish')).toEqual([expect.stringContaining('swedish recognises speech; one that puts')]);
    expect(await faults('tiny-punctuation-en')).toEqual([
      'SHERPA_PUNCTUATION=tiny-punctuation-en does nothing: it knows no language of the model swedish.',
    ]);
  });

  it('is looked at by the doctor, who warns of what is left out', { timeout: 60_000 }, async () => {
    install('english');
    const { findings } = await examine({ DATA_DIR: dataDir, ENGINE: 'sherpa', SHERPA_SPEAKERS: 'nobody' });
    expect(findings.filter(({ check }) => check === 'engine')).toMatchObject([
      { verdict: 'warning', says: expect.stringContaining('SHERPA_SPEAKERS=nobody does nothing: There is no model') },
      { verdict: 'ok', says: expect.stringContaining('heard "') },
    ]);
  });

  it('brings the speakers’ model that fits the language best, the one that is named, or none', async () => {
    install('swedish', ['sv']);
    expect(await chosen({})).toMatchObject({ reason: expect.not.stringContaining('told apart') });
    shelve('tiny-voices', 'z-english');
    const by = (name: string) => ({ reason: expect.stringContaining(`told apart by ${name}.`), faults: [] });
    expect(await chosen({})).toMatchObject(by('z-english'));
    shelve('tiny-voices', 'a-english');
    install('english');
    expect(await chosen({ LANGUAGE: 'en' })).toMatchObject({ model: 'english', ...by('a-english') });
    expect(await chosen({ SHERPA_SPEAKERS: 'z-english' })).toMatchObject(by('z-english'));
    expect(await chosen({ SHERPA_SPEAKERS: 'off' })).toMatchObject({
      reason: expect.not.stringContaining('told apart'),
      faults: [],
    });
    expect(await chosen({ SHERPA_SPEAKERS: 'english' })).toMatchObject({
      id: 'sherpa',
      faults: [expect.stringContaining('SHERPA_SPEAKERS=english does nothing: The model english recognises speech')],
    });
  });

  it('says what is wrong where there is no model, or one that cannot be used', async () => {
    expect(await chosen({ ENGINE: 'sherpa' })).toMatchObject({
      id: 'none',
      reason: expect.stringContaining('There is no model for sherpa-onnx'),
    });
    const reason = expect.stringContaining('it has no model.json');
    expect(await chosen({ ENGINE: 'sherpa', SHERPA_MODEL: 'nowhere' })).toMatchObject({ id: 'none', reason });
    install('broken');
    writeFileSync(join(dataDir, 'models', 'broken', 'model.onnx'), '<html>');
    mkdirSync(join(dataDir, 'models', 'empty'));
    expect(await chosen({ ENGINE: 'sherpa' })).toMatchObject({
      reason: expect.stringContaining('is not an ONNX file'),
    });
    expect(await chosen({})).not.toMatchObject({ id: 'sherpa' });
  });
});
