import type { CatalogueEntry } from './catalogue-entry.ts';

/** What gives punctuation to the finals of a model that writes none. Nothing of it has been measured by this project. */
export const punctuationModels: readonly CatalogueEntry[] = [
  {
    name: 'punctuation-en',
    archive: 'sherpa-onnx-online-punct-en-2024-08-06',
    release: 'punctuation-models',
    summary: 'Full stops, commas, question marks and capitals, English',
    kind: 'punctuation-cnn-bilstm',
    languages: ['en'],
    roles: ['model', 'vocabulary'],
    bytes: 30_667_839,
    sha256: '9f5e5a72c7d2829635bd074fce92b6bbd5b78da8a52e7ad8ed1be933f366b99d',
    licence: 'Apache-2.0',
  },
  {
    name: 'punctuation-zh-en',
    archive: 'sherpa-onnx-punct-ct-transformer-zh-en-vocab272727-2024-04-12-int8',
    release: 'punctuation-models',
    summary: 'Full stops, commas and question marks, Chinese and English',
    kind: 'punctuation-ct-transformer',
    languages: ['zh', 'en'],
    roles: ['model'],
    bytes: 64_717_756,
    sha256: 'c0d5aa5f8eeb686032345e180bedf39319dc2e0556781c6264bcadba8328a6e1',
  },
];
