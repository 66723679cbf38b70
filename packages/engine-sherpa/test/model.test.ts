import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tinyModel } from '@live-transcribe/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installedModels, modelFolder, readModel } from '../src/index.ts';

describe('a model’s folder', () => {
  let models: string;
  let folder: string;
  beforeEach(() => {
    models = mkdtempSync(join(tmpdir(), 'live-transcribe-models-'));
    folder = join(models, 'tiny');
    cpSync(tinyModel('tiny-streaming'), folder, { recursive: true });
  });
  afterEach(() => rmSync(models, { recursive: true }));

  const describeAs = (members: object) => {
    const files = { tokens: 'tokens.txt', model: 'model.onnx' };
    writeFileSync(
      join(folder, 'model.json'),
      JSON.stringify({ kind: 'nemo-ctc', files, languages: ['en'], ...members }),
    );
  };

  it('is read, with defaults for what it leaves open, and keeps what others have put there', () => {
    describeAs({ licence: 'MIT' });
    expect(readModel(folder)).toMatchObject({
      name: 'tiny',
      folder,
      bytes: expect.any(Number),
      description: { sampleRate: 16_000, featureDim: 80, licence: 'MIT' },
    });
  });

  it.each([
    ['no description', () => rmSync(join(folder, 'model.json')), 'no model.json'],
    ['no JSON', () => writeFileSync(join(folder, 'model.json'), '{'), 'cannot be read'],
    ['a kind that is none', () => describeAs({ kind: 'vosk' }), 'kind'],
    [
      'a path out of the folder',
      () => describeAs({ files: { tokens: '../x', model: 'model.onnx' } }),
      'inside the model',
    ],
    ['a file left out', () => describeAs({ kind: 'transducer' }), 'names no file for "encoder"'],
    [
      'a vocabulary that is missing',
      () => describeAs({ files: { tokens: 'tokens.txt', model: 'model.onnx', vocabulary: 'bpe.vocab' } }),
      'bpe.vocab is missing',
    ],
    ['a missing file', () => rmSync(join(folder, 'tokens.txt')), 'tokens.txt is missing'],
    ['an empty file', () => writeFileSync(join(folder, 'tokens.txt'), ''), 'tokens.txt is empty'],
    ['a model that is none', () => writeFileSync(join(folder, 'model.onnx'), '<!doctype html>'), 'is not an ONNX file'],
    ['a language that is none', () => describeAs({ languages: ['English'] }), 'language code'],
  ])('with %s is refused with a sentence that says so', (_what, spoil, says) => {
    spoil();
    expect(readModel(folder)).toEqual({ invalid: expect.stringContaining(says) });
  });

  it('is found by its name, or by its path', () => {
    expect(modelFolder('tiny', models)).toBe(folder);
    expect(modelFolder('/elsewhere/tiny', models)).toBe('/elsewhere/tiny');
    mkdirSync(join(models, 'half'));
    writeFileSync(join(models, 'half', 'model.json'), '{}');
    expect(installedModels(models)).toEqual([
      { invalid: expect.any(String) },
      expect.objectContaining({ name: 'tiny' }),
    ]);
    expect(installedModels(join(models, 'nowhere'))).toEqual([]);
  });
});
