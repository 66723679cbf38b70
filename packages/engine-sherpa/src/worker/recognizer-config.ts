import { join } from 'node:path';
import type { LoadRequest, Search } from '../messages.ts';
import type { ModelDescription, ModelFile } from '../model.ts';

/**
 * Silence that ends an utterance, in s: after speech, and where nothing has been said. After the longest it is cut. The library's own
 * 1.2 s after speech is long for somebody who waits for a final.
 */
const endpoints = { rule1MinTrailingSilence: 2.4, rule2MinTrailingSilence: 0.8, rule3MinUtteranceLength: 20 };

/** Threads are processes here: several of them serve more sessions than several threads in one. */
const common = { numThreads: 1, provider: 'cpu', debug: 0 };

/** What sherpa-onnx wants to know of a model. */
export function recognizerConfig({ folder, description, search }: LoadRequest): object {
  const { sampleRate, featureDim, modelType, kind } = description;
  const featConfig = { sampleRate, featureDim };
  const path = (file: ModelFile) => join(folder, description.files[file] ?? '');
  const modelConfig = {
    ...common,
    tokens: path('tokens'),
    ...(modelType !== undefined && { modelType }),
    ...(search.kind === 'beam' && search.pieces),
    ...network(kind, path, onlyLanguage(description)),
  };
  const offline = { featConfig, modelConfig, ...decoding(search, description) };
  return kind.startsWith('offline-') ? offline : { ...offline, enableEndpoint: true, ...endpoints };
}

function decoding(search: Search, { hotwordsScore }: ModelDescription): object {
  if (search.kind === 'greedy') return { decodingMethod: 'greedy_search' };
  const beam = { decodingMethod: 'modified_beam_search', hotwordsScore };
  const hotwordsBuf = search.hotwords.join('\n');
  return hotwordsBuf === '' ? beam : { ...beam, hotwordsBuf, hotwordsBufSize: Buffer.byteLength(hotwordsBuf) };
}

/** What a model with one language is told once, and no session can change. */
const onlyLanguage = ({ languages }: ModelDescription) =>
  languages !== 'any' && languages.length === 1 ? languages[0] : undefined;

function network(
  kind: ModelDescription<'recognition'>['kind'],
  path: (file: ModelFile) => string,
  only: string | undefined,
): object {
  const model = () => ({ model: path('model') });
  const pair = () => ({ encoder: path('encoder'), decoder: path('decoder') });
  switch (kind) {
    case 'transducer':
    case 'offline-transducer':
      return { transducer: { ...pair(), joiner: path('joiner') } };
    case 'paraformer':
      return { paraformer: pair() };
    case 'zipformer2-ctc':
      return { zipformer2Ctc: model() };
    case 'nemo-ctc':
    case 'offline-nemo-ctc':
      return { nemoCtc: model() };
    case 'tone-ctc':
      return { toneCtc: model() };
    case 'offline-zipformer-ctc':
      return { zipformerCtc: model() };
    case 'offline-paraformer':
      return { paraformer: model() };
    case 'offline-sense-voice':
      return {
        senseVoice: { ...model(), useInverseTextNormalization: 1, ...(only !== undefined && { language: only }) },
      };
    case 'offline-whisper':
      return { whisper: { ...pair(), ...(only !== undefined && { language: only }) } };
    case 'offline-canary':
      return { canary: { ...pair(), ...(only !== undefined && { srcLang: only, tgtLang: only }) } };
    default:
      return kind satisfies never;
  }
}
