import { type CatalogueEntry, speakersRelease } from './catalogue-entry.ts';

const single = { release: speakersRelease, form: 'onnx', kind: 'speaker-embedding', roles: ['model'] } as const;

/**
 * What tells the speakers of finals apart. Voices differ in the same ways in every language; `languages` are those that a model was
 * trained with. Nothing of it has been measured by this project.
 */
export const speakerModels: readonly CatalogueEntry[] = [
  {
    ...single,
    name: 'speakers-campplus-zh-en',
    archive: '3dspeaker_speech_campplus_sv_zh_en_16k-common_advanced',
    summary: '3D-Speaker’s CAM++, Chinese and English',
    languages: ['zh', 'en'],
    bytes: 28_281_164,
    sha256: 'aa3cfc16963a10586a9393f5035d6d6b57e98d358b347f80c2a30bf4f00ceba2',
    licence: 'Apache-2.0',
  },
  {
    ...single,
    name: 'speakers-campplus-en',
    archive: '3dspeaker_speech_campplus_sv_en_voxceleb_16k',
    summary: '3D-Speaker’s CAM++, English',
    languages: ['en'],
    bytes: 29_596_978,
    licence: 'Apache-2.0',
  },
  {
    ...single,
    name: 'speakers-resnet34-en',
    archive: 'wespeaker_en_voxceleb_resnet34_LM',
    summary: 'WeSpeaker’s ResNet34, English',
    languages: ['en'],
    bytes: 26_530_550,
    sha256: 'e9848563da86f263117134dfd7ad63c92355b37de492b55e325400c9d9c39012',
  },
  {
    ...single,
    name: 'speakers-titanet-small-en',
    archive: 'nemo_en_titanet_small',
    summary: 'NVIDIA’s TitaNet, small, English',
    languages: ['en'],
    bytes: 40_257_283,
    sha256: 'ad4a1802485d8b34c722d2a9d04249662f2ece5d28a7a039063ca22f515a789e',
  },
];
