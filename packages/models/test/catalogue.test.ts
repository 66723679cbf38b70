import { describe, expect, it } from 'vitest';
import { addressOf, assertName, catalogue, findEntry, firstModel, suggestedModel } from '../src/index.ts';

describe('the catalogue', () => {
  it('has each model once, by a name that can be a folder, and no sum or figure that is none', () => {
    expect(new Set(catalogue.map(({ name }) => name)).size).toBe(catalogue.length);
    expect(new Set(catalogue.map(({ archive }) => archive)).size).toBe(catalogue.length);
    for (const { name, archive, form, languages, sha256, bytes, realTimeFactor, measuredOn } of catalogue) {
      assertName(name);
      expect(archive).toMatch(form === 'onnx' ? /^[\w.-]+$/ : /^sherpa-onnx-[\w.-]+$/);
      expect(sha256 ?? '0'.repeat(64)).toMatch(/^[0-9a-f]{64}$/);
      expect(bytes ?? 1).toBeGreaterThan(0);
      expect(realTimeFactor === undefined).toBe(measuredOn === undefined);
      for (const language of languages === 'any' ? [] : languages) expect(language).toMatch(/^[a-z]{2,3}$/);
    }
  });

  it('has a small English one for the first try, and Swedish ones, live and by whole utterances', () => {
    expect(findEntry(firstModel)).toMatchObject({ kind: 'transducer', languages: ['en'] });
    const swedish = catalogue.filter(({ languages }) => languages.includes('sv')).map(({ kind }) => kind);
    expect(swedish).toEqual(['transducer', 'offline-transducer']);
  });

  it('finds a model by its name and by its archive, at its publisher or at a mirror', () => {
    const entry = findEntry('sherpa-onnx-whisper-tiny.en.tar.bz2');
    expect(entry).toBe(findEntry('whisper-tiny-en'));
    expect(entry && addressOf(entry)).toBe(
      'https://github.com/k2-fsa/sherpa-onnx/releases/download/asr-models/sherpa-onnx-whisper-tiny.en.tar.bz2',
    );
    expect(entry && addressOf(entry, 'https://mirror.example/models/')).toBe(
      'https://mirror.example/models/sherpa-onnx-whisper-tiny.en.tar.bz2',
    );
    const other = findEntry('punctuation-en');
    expect(other && addressOf(other)).toBe(
      'https://github.com/k2-fsa/sherpa-onnx/releases/download/punctuation-models/sherpa-onnx-online-punct-en-2024-08-06.tar.bz2',
    );
    const single = findEntry('nemo_en_titanet_small.onnx');
    expect(single && addressOf(single)).toBe(
      'https://github.com/k2-fsa/sherpa-onnx/releases/download/speaker-recongition-models/nemo_en_titanet_small.onnx',
    );
    expect(findEntry('nothing')).toBeUndefined();
  });

  it('has one to begin with for every language', () => {
    const suggested = [undefined, 'auto', 'en', 'sv', 'mt', 'is'].map((language) => suggestedModel(language));
    expect(suggested).toEqual([
      firstModel,
      firstModel,
      firstModel,
      'nemotron-3.5-560ms',
      'parakeet-v3',
      'whisper-small',
    ]);
  });
});
