// The library called directly: node sherpa-direct.cjs <folder of a nemo-ctc model> <raw PCM16 at 16 kHz> <streams>
// decodes the file in so many streams side by side, 200 ms of each in turn, and prints how long it took, how much of a processor, and how long a last flush takes, in ms.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { OnlineRecognizer } = require('sherpa-onnx-node');

const [folder, file, streams] = process.argv.slice(2);
const { featureDim } = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
const recognizer = new OnlineRecognizer({
  featConfig: { sampleRate: 16_000, featureDim },
  modelConfig: { nemoCtc: { model: join(folder, 'model.onnx') }, tokens: join(folder, 'tokens.txt'), numThreads: 1 },
  decodingMethod: 'greedy_search',
  enableEndpoint: true,
  rule1MinTrailingSilence: 2.4,
  rule2MinTrailingSilence: 0.8,
  rule3MinUtteranceLength: 20,
});
const bytes = readFileSync(file);
const samples = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);

// Partials are asked for as in any live use: after each piece.
const hear = (stream, pcm) => {
  const floats = new Float32Array(pcm.length);
  for (let at = 0; at < pcm.length; at += 1) floats[at] = pcm[at] / 32_768;
  stream.acceptWaveform({ samples: floats, sampleRate: 16_000 });
  while (recognizer.isReady(stream)) {
    recognizer.decode(stream);
    if (recognizer.isEndpoint(stream)) recognizer.reset(stream);
  }
  return recognizer.getResult(stream).text;
};

const run = (count) => {
  const all = Array.from({ length: count }, () => recognizer.createStream());
  for (let at = 0; at < samples.length; at += 3_200)
    for (const stream of all) hear(stream, samples.subarray(at, at + 3_200));
  return all;
};

/** As at the end of every session: 800 ms of silence, so that the last window is full. */
const flush = (stream) => hear(stream, new Int16Array(12_800));

run(1);
const began = performance.now();
const usedBefore = process.cpuUsage();
for (const stream of run(Number(streams))) flush(stream);
const tookMs = performance.now() - began;
const { user, system } = process.cpuUsage(usedBefore);
const cpuMs = (user + system) / 1000;
const flushes = Array.from({ length: 40 }, () => {
  const [stream] = run(1);
  const from = performance.now();
  flush(stream);
  return performance.now() - from;
});
console.log(JSON.stringify({ tookMs, cpuMs, flushes }));
