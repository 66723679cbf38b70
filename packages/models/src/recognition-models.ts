import type { CatalogueEntry } from './catalogue-entry.ts';

/** The one for a first try without a key: small, live, English. */
export const firstModel = 'zipformer-en-20m';

const transducer = ['tokens', 'encoder', 'decoder', 'joiner'] as const;
const ctc = ['tokens', 'model'] as const;
const whisper = ['tokens', 'encoder', 'decoder'] as const;

const apache = 'Apache-2.0';
const creativeCommons = 'CC-BY-4.0';

const european = 'bg hr cs da nl en et fi fr de el hu it lv lt mt pl pt ro sk sl es sv ru uk'.split(' ');
const nemotron =
  'ar bg cs da de el en es et fi fr he hi hr hu it ja ko lt lv nb nl nn pl pt ro ru sk sl sv th tr uk vi zh'.split(' ');

/**
 * Names and sizes are those of sherpa-onnx's repository and model pages; none of these models has been measured by this
 * project. A sum stands here where independent copies of the publisher's list agree on it.
 */
export const recognitionModels: readonly CatalogueEntry[] = [
  {
    name: firstModel,
    archive: 'sherpa-onnx-streaming-zipformer-en-20M-2023-02-17',
    summary: 'English, small: 20 million parameters',
    kind: 'transducer',
    languages: ['en'],
    roles: transducer,
    licence: apache,
  },
  {
    name: 'zipformer-en',
    archive: 'sherpa-onnx-streaming-zipformer-en-2023-06-26',
    summary: 'English',
    kind: 'transducer',
    languages: ['en'],
    roles: transducer,
    variant: 'left-128',
    licence: apache,
  },
  {
    name: 'fastconformer-ctc-en-480ms',
    archive: 'sherpa-onnx-nemo-streaming-fast-conformer-ctc-en-480ms-int8',
    summary: 'English, CTC, words after half a second',
    kind: 'nemo-ctc',
    languages: ['en'],
    roles: ctc,
  },
  {
    name: 'nemotron-en-560ms',
    archive: 'sherpa-onnx-nemotron-speech-streaming-en-0.6b-560ms-int8-2026-04-25',
    summary: 'English with punctuation, large: 0.6 billion parameters',
    kind: 'transducer',
    languages: ['en'],
    roles: transducer,
    settings: { featureDim: 128 },
  },
  {
    name: 'nemotron-3.5-560ms',
    archive: 'sherpa-onnx-nemotron-3.5-asr-streaming-0.6b-560ms-int8-2026-06-11',
    summary: 'Swedish and 34 further languages with punctuation, large: 0.6 billion parameters',
    kind: 'transducer',
    languages: nemotron,
    roles: transducer,
    bytes: 475_271_763,
    sha256: 'c6bf5e0df765f9d5b43bc9e0536d4b4b3e7d40bdf5ecf13e45f134c51c05ae3a',
    licence: 'OpenMDW-1.1',
    settings: { featureDim: 128 },
  },
  ...(['de', 'es', 'fr'] as const).map((language) => ({
    name: `kroko-${language}`,
    archive: `sherpa-onnx-streaming-zipformer-${language}-kroko-2025-08-06`,
    summary: `${{ de: 'German', es: 'Spanish', fr: 'French' }[language]}, its maker’s demonstration model`,
    kind: 'transducer',
    languages: [language],
    roles: transducer,
  })),
  {
    name: 'zipformer-multi',
    archive: 'sherpa-onnx-streaming-zipformer-ar_en_id_ja_ru_th_vi_zh-2025-02-10',
    summary: 'Arabic, English, Indonesian, Japanese, Russian, Thai, Vietnamese, Chinese',
    kind: 'transducer',
    languages: ['ar', 'en', 'id', 'ja', 'ru', 'th', 'vi', 'zh'],
    roles: transducer,
  },
  {
    name: 'zipformer-ko',
    archive: 'sherpa-onnx-streaming-zipformer-korean-2024-06-16',
    summary: 'Korean',
    kind: 'transducer',
    languages: ['ko'],
    roles: transducer,
  },
  {
    name: 'parakeet-v3',
    archive: 'sherpa-onnx-nemo-parakeet-tdt-0.6b-v3-int8',
    summary: 'Swedish and 24 further European languages with punctuation, by whole utterances',
    kind: 'offline-transducer',
    languages: european,
    roles: transducer,
    licence: creativeCommons,
    settings: { modelType: 'nemo_transducer' },
  },
  {
    name: 'canary-180m',
    archive: 'sherpa-onnx-nemo-canary-180m-flash-en-es-de-fr-int8',
    summary: 'English, Spanish, German, French, by whole utterances',
    kind: 'offline-canary',
    languages: ['en', 'es', 'de', 'fr'],
    roles: whisper,
    bytes: 153_692_328,
    licence: creativeCommons,
  },
  {
    name: 'sense-voice',
    archive: 'sherpa-onnx-sense-voice-zh-en-ja-ko-yue-int8-2024-07-17',
    summary: 'Chinese, Cantonese, English, Japanese, Korean, by whole utterances',
    kind: 'offline-sense-voice',
    languages: ['zh', 'yue', 'en', 'ja', 'ko'],
    roles: ctc,
    bytes: 163_002_883,
    sha256: '7d1efa2138a65b0b488df37f8b89e3d91a60676e416f515b952358d83dfd347e',
    licence: 'FunASR’s model licence',
  },
  {
    name: 'whisper-tiny-en',
    archive: 'sherpa-onnx-whisper-tiny.en',
    summary: 'Whisper, English, the smallest, by whole utterances',
    kind: 'offline-whisper',
    languages: ['en'],
    roles: whisper,
    licence: 'MIT',
  },
  {
    name: 'whisper-small',
    archive: 'sherpa-onnx-whisper-small',
    summary: 'Whisper, nearly a hundred languages, by whole utterances',
    kind: 'offline-whisper',
    languages: 'any',
    roles: whisper,
    bytes: 639_387_718,
    licence: 'MIT',
  },
];
