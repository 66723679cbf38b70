import { offlineModel, streamingModel } from './export.mjs';
import { featureDim } from './fbank.mjs';
import { nemoDecoder, nemoDurationJoiner, nemoJoiner, nemoTokens } from './nemo-decoder.mjs';
import { nemoOfflineEncoder, nemoStreamingEncoder } from './nemo-encoder.mjs';
import { nemoBins } from './nemo-features.mjs';
import { paraformerDecoder, paraformerEncoder } from './paraformer.mjs';
import { decoder, joiner, offlineEncoder, streamingEncoder } from './transducer.mjs';
import { tokens } from './vocabulary.mjs';
import { writeTiny } from './write.mjs';

/** Writes the trained network as each kind of model. */
export function writeModels(network) {
  writeModel('tiny-streaming', 'nemo-ctc', { model: streamingModel(network) });
  writeModel('tiny-offline', 'offline-zipformer-ctc', { model: offlineModel(network) });
  const others = { decoder: decoder(), joiner: joiner() };
  writeModel('tiny-transducer', 'transducer', { encoder: streamingEncoder(network), ...others });
  writeModel('tiny-offline-transducer', 'offline-transducer', { encoder: offlineEncoder(network), ...others });
  const nemo = { order: nemoTokens, featureDim: nemoBins };
  const streaming = {
    encoder: nemoStreamingEncoder(network),
    decoder: nemoDecoder({ repeats: false }),
    joiner: nemoJoiner(),
  };
  writeModel('tiny-nemo', 'transducer', streaming, nemo);
  const offline = {
    encoder: nemoOfflineEncoder(network),
    decoder: nemoDecoder({ repeats: true }),
    joiner: nemoDurationJoiner(),
  };
  writeModel('tiny-offline-nemo', 'offline-transducer', offline, { ...nemo, modelType: 'nemo_transducer' });
  const paraformer = { encoder: paraformerEncoder(network), decoder: paraformerDecoder() };
  // Its tokens are words, with a space before each.
  writeModel('tiny-paraformer', 'paraformer', paraformer, { order: tokens.map((token) => token.replace('▁', '')) });
}

/** `parts`: the ONNX files' bytes, by their role; `more`: of its `model.json`, and the `order` of its tokens. */
function writeModel(name, kind, parts, { order = tokens, ...more } = {}) {
  const networks = Object.entries(parts).map(([role, bytes]) => [role, [`${role}.onnx`, bytes]]);
  const numbered = order.map((token, index) => `${token} ${index}\n`).join('');
  const files = { ...Object.fromEntries(networks), tokens: ['tokens.txt', numbered] };
  writeTiny(name, { description: { kind, languages: ['en'], featureDim, ...more }, files });
}
