// The library called directly, in a process that lives as long as a recogniser does: sherpa-direct.cjs <folder of a nemo-ctc model> <raw PCM16 at 16 kHz>
// It is asked `{ streams }`: decodes the file in so many streams side by side, 200 ms of each in turn, and ends them. Answers how long that took and
// how long the last end took, in ms. Begins with an answer of its own, when the model is there.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { OnlineRecognizer } = require('sherpa-onnx-node');

const [folder, file] = process.argv.slice(2);
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

process.on('message', ({ streams }) => {
  const began = performance.now();
  const all = run(streams);
  let last = began;
  for (const stream of all) {
    last = performance.now();
    flush(stream);
  }
  const over = performance.now();
  process.send({ tookMs: over - began, flushMs: over - last });
});
process.send({ ready: true });
