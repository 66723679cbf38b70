// Makes packages/testkit/models: models that know a few words of flite's voices, for tests of the engine sherpa.
//   node scripts/tiny-model/train.mjs          the same weights every time, by its seed; takes some minutes
import { ctc, greedy } from './ctc.mjs';
import { fbank } from './fbank.mjs';
import { writeModels } from './models.mjs';
import { backward, createNetwork, forward, improve } from './network.mjs';
import { pick, seededRandom } from './random.mjs';
import { speakPhrases, vary } from './speech.mjs';
import { textOf } from './vocabulary.mjs';

const random = seededRandom(8);
const phrases = 700;
const epochs = 18;
const batch = 4;
const learning = { most: 0.002, least: 0.00005 };

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
writeModels(network);
