import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { offlineModel, streamingModel } from './export.mjs';
import { featureDim } from './fbank.mjs';
import { decoder, joiner, offlineEncoder, streamingEncoder } from './transducer.mjs';
import { tokens } from './vocabulary.mjs';

const models = fileURLToPath(new URL('../../packages/testkit/models/', import.meta.url));

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
  const folder = `${models}${name}`;
  mkdirSync(folder, { recursive: true });
  for (const [role, bytes] of Object.entries(parts)) writeFileSync(`${folder}/${role}.onnx`, bytes);
  writeFileSync(`${folder}/tokens.txt`, tokens.map((token, index) => `${token} ${index}\n`).join(''));
  const files = {
    ...Object.fromEntries(Object.keys(parts).map((role) => [role, `${role}.onnx`])),
    tokens: 'tokens.txt',
  };
  const description = { kind, files, languages: ['en'], featureDim };
  writeFileSync(`${folder}/model.json`, `${JSON.stringify(description, null, 2)}\n`);
}
