// The library called directly, as its own examples do: node direct.cjs <folder of a streaming model> <raw PCM16 at 16 kHz> [decoding method]
// prints the utterances as JSON, and when their first token sounds, in s. A process of its own, since the library ends its process on mistakes.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { OnlineRecognizer } = require('sherpa-onnx-node');

const [folder, file, decodingMethod = 'greedy_search'] = process.argv.slice(2);
const { kind, files, featureDim, tailMs = 800 } = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
const { tokens, ...networks } = Object.fromEntries(
  Object.entries(files).map(([role, name]) => [role, join(folder, name)]),
);
const recognizer = new OnlineRecognizer({
  featConfig: { sampleRate: 16_000, featureDim },
  modelConfig: { [kind === 'transducer' ? kind : 'nemoCtc']: networks, tokens, numThreads: 1 },
  decodingMethod,
  enableEndpoint: true,
  rule1MinTrailingSilence: 2.4,
  rule2MinTrailingSilence: 0.8,
  rule3MinUtteranceLength: 20,
});
const stream = recognizer.createStream();
const bytes = readFileSync(file);
const utterances = [];

const take = () => {
  const { text, start_time: from = 0, timestamps = [] } = recognizer.getResult(stream);
  if (text.trim() !== '') utterances.push({ text: text.trim(), start: from + timestamps[0] });
};

const hear = (samples) => {
  stream.acceptWaveform({ samples, sampleRate: 16_000 });
  while (recognizer.isReady(stream)) {
    recognizer.decode(stream);
    if (!recognizer.isEndpoint(stream)) continue;
    take();
    recognizer.reset(stream);
  }
};

for (let at = 0; at < bytes.length; at += 3_200) {
  const count = Math.min(1_600, (bytes.length - at) / 2);
  hear(Float32Array.from({ length: count }, (_, index) => bytes.readInt16LE(at + 2 * index) / 32_768));
}
hear(new Float32Array(tailMs * 16));
take();
console.log(JSON.stringify(utterances));
