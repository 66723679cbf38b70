import { offlineModel, streamingModel } from './export.mjs';
import { featureDim } from './fbank.mjs';
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
}

/** `parts`: the ONNX files' bytes, by their role. */
function writeModel(name, kind, parts) {
  const networks = Object.entries(parts).map(([role, bytes]) => [role, [`${role}.onnx`, bytes]]);
  const numbered = tokens.map((token, index) => `${token} ${index}\n`).join('');
  const files = { ...Object.fromEntries(networks), tokens: ['tokens.txt', numbered] };
  writeTiny(name, { description: { kind, languages: ['en'], featureDim }, files });
}
