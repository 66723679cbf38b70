// Makes packages/testkit/models: a model that knows a few words of flite's voices, for tests of the engine sherpa.
//   node scripts/tiny-model/train.mjs          the same weights every time, by its seed; takes some minutes
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ctc, greedy } from './ctc.mjs';
import { offlineModel, streamingModel } from './export.mjs';
import { fbank, featureDim } from './fbank.mjs';
import { backward, createNetwork, forward, improve } from './network.mjs';
import { pick, seededRandom } from './random.mjs';
import { speakPhrases, vary } from './speech.mjs';
import { textOf, tokens } from './vocabulary.mjs';

const random = seededRandom(8);
const phrases = 700;
const epochs = 18;
const batch = 4;
const learning = { most: 0.002, least: 0.00005 };

const folder = fileURLToPath(new URL('../../packages/testkit/models/', import.meta.url));

function writeModel(name, bytes, description) {
  mkdirSync(`${folder}${name}`, { recursive: true });
  writeFileSync(`${folder}${name}/model.onnx`, bytes);
  writeFileSync(`${folder}${name}/tokens.txt`, tokens.map((token, index) => `${token} ${index}\n`).join(''));
  const all = { ...description, files: { model: 'model.onnx', tokens: 'tokens.txt' }, languages: ['en'], featureDim };
  writeFileSync(`${folder}${name}/model.json`, `${JSON.stringify(all, null, 2)}\n`);
}

/** Token error rate over `takes`, as the network hears them. */
function errorRate(network, takes) {
  let wrong = 0;
  for (const take of takes) {
    const { values, steps } = forward(network, fbank(take.samples)).at(-1);
    if (textOf(greedy(values, steps)) !== textOf(take.numbers)) wrong += 1;
  }
  return wrong / takes.length;
}

console.log(`speaking ${phrases} phrases`);
const spoken = await speakPhrases(random, phrases);
const heldOut = (await speakPhrases(random, 100)).map((take) => vary(random, take));
const network = createNetwork(random);
const rounds = Math.ceil((phrases * epochs) / batch);
let loss = 0;
const began = Date.now();
for (let round = 1; round <= rounds; round += 1) {
  for (let index = 0; index < batch; index += 1) {
    const take = vary(random, pick(random, spoken));
    const trace = forward(network, fbank(take.samples));
    const { values, steps } = trace.at(-1);
    const found = ctc(values, steps, take.numbers);
    loss += found.loss / take.numbers.length;
    const slope = Float32Array.from(found.slope, (value) => value / (batch * take.numbers.length));
    backward(network, trace, slope);
  }
  const done = round / rounds;
  const warm = Math.min(1, round / 100);
  const rate = learning.least + (learning.most - learning.least) * 0.5 * (1 + Math.cos(Math.PI * done));
  improve(network, rate * warm, round);
  if (round % 100 === 0) {
    console.log(`${round}/${rounds}: loss ${(loss / 100 / batch).toFixed(3)}, ${((Date.now() - began) / 1000) | 0} s`);
    loss = 0;
  }
}
console.log(`phrases with an error, of 100 held out: ${(errorRate(network, heldOut) * 100).toFixed(0)}`);
writeModel('tiny-streaming', streamingModel(network), { kind: 'nemo-ctc' });
writeModel('tiny-offline', offlineModel(network), { kind: 'offline-zipformer-ctc' });
