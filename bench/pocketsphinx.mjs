// Prints how well and how fast the embedded recogniser does on synthetic speech.
//   npm run build && node bench/pocketsphinx.mjs
import { createPocketSphinxEngine, findPocketSphinx } from '@live-transcribe/engine-pocketsphinx';
import { speak, speechRate, speechToolsMissing, wordErrorRate } from '@live-transcribe/testkit';

const sentences = [
  'Please call me back tomorrow morning at nine.',
  'We need to talk about the new project.',
  'The train leaves the station at seven.',
  'He went to the store to buy some milk.',
  'I would like a cup of coffee, please.',
  'The quick brown fox jumps over the lazy dog.',
  'We are going to the beach this weekend.',
  'My name is John and I live in London.',
];

const files = findPocketSphinx();
const missing = 'missing' in files ? files.missing : speechToolsMissing();
if (missing !== undefined) throw new Error(missing);
const engine = createPocketSphinxEngine({ files, warn: console.warn });

for (const voice of ['slt', 'rms', 'awb']) {
  const began = performance.now();
  const session = await engine.open({ language: 'en', model: '', words: false }, new AbortController().signal);
  const openedMs = performance.now() - began;
  const heard = [];
  const reading = (async () => {
    for await (const event of session.events) if (event.kind === 'utterance') heard.push(event.text);
  })();
  let samples = 0;
  const from = performance.now();
  for (const sentence of sentences) {
    const speech = await speak(sentence, { voice, leadMs: 800 });
    samples += speech.length;
    for (let at = 0; at < speech.length; at += 1_600) await session.write(speech.subarray(at, at + 1_600));
  }
  await session.finish();
  await reading;
  const factor = (performance.now() - from) / 1000 / (samples / speechRate);
  const { rate, errors, words } = wordErrorRate(sentences.join(' '), heard.join(' '));
  console.log(
    `${voice}: word error rate ${(rate * 100).toFixed(0)} % (${errors} of ${words} words), ` +
      `real-time factor ${factor.toFixed(2)}, opened in ${openedMs.toFixed(0)} ms`,
  );
}
await engine.close();
