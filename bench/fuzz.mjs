/**
 * Hostile audio: mutated recordings through each demuxer, and the packets that it finds in them through its decoder, which
 * stays open as a client's does; a header that was mutated opens a decoder of its own, one in fifty times. An input may end
 * in packets or in an `AudioError`. Anything else, a word on the console, or an input that takes more than a second of CPU
 * stops the run with its number, which makes the same input again.
 *
 * Run it after `npm run build`, with flite and ffmpeg installed:
 *   node --expose-gc bench/fuzz.mjs [--inputs 200000] [--only Ogg/Opus] [--from 0]
 */
import { parseArgs } from 'node:util';
import { FfmpegCodecs } from '@live-transcribe/codec-ffmpeg';
import { mutate, seeded } from '@live-transcribe/testkit';
import { openDemuxer } from '../packages/audio/dist/decode/open.js';
import { openCodec } from '../packages/audio/dist/decode/open-codec.js';
import { detect } from '../packages/audio/dist/detect.js';
import { AudioError } from '../packages/audio/dist/errors.js';
import { readBytes, recordings, withRecordings } from './lib/recordings.mjs';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '200000' },
    only: { type: 'string', default: '' },
    from: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
  },
});
const inputs = Number(values.inputs);
const first = Number(values.from);
const slowest = 1_000;
/** After damage a demuxer may take some bytes for packets of a false page, and read them again when it knows better. */
const mostRead = 8;
/** Of a recording: long enough for several pages, clusters or fragments, short enough for a great many inputs. */
const seconds = 0.6;

const ffmpeg = new FfmpegCodecs({ path: 'ffmpeg', maxProcesses: 10 });
const options = { engineRate: 24_000, openAac: (config) => ffmpeg.openAac(config) };

for (const method of ['log', 'warn', 'error']) {
  const say = console[method];
  console[method] = (...args) => {
    if (args[0] !== '\u0000') throw new Error(`Somebody wrote to the console: ${args.join(' ')}`);
    say(...args.slice(1));
  };
}
const print = (...args) => console.log('\u0000', ...args);

function* cut(random, bytes) {
  for (let at = 0; at < bytes.length; ) {
    const length = 1 + Math.floor(random() ** 3 * 4_000);
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

async function fuzz(format, original) {
  const [track] = [...openDemuxer(format).read(original)].filter(({ kind }) => kind === 'track');
  let codec = await openCodec(track.format, options);
  const counts = { packets: 0, decoded: 0, refused: 0, damaged: 0, headers: 0, slowestMs: 0 };
  /** An input's packets, through a codec that lives on; one that gave up is opened anew. */
  const decode = async (bytes) => {
    counts.packets++;
    try {
      if (codec.decode(bytes)) counts.decoded++;
    } catch (error) {
      if (!(error instanceof AudioError)) throw error;
      codec.free();
      codec = await openCodec(track.format, options);
    }
  };
  const tryHeader = async (found) => {
    counts.headers++;
    try {
      const opened = await openCodec(found, options);
      opened.free();
    } catch (error) {
      if (!(error instanceof AudioError)) throw error;
    }
  };
  for (let input = first; input < first + inputs; input++) {
    const random = seeded(input);
    const bytes = mutate(random, original);
    const began = process.cpuUsage();
    try {
      detect(bytes);
      const demuxer = openDemuxer(format);
      let found = 0;
      const take = async (item) => {
        if (item.kind === 'damage') counts.damaged++;
        if (item.kind === 'track' && input % 50 === 0) await tryHeader(item.format);
        if (item.kind !== 'packet') return;
        found += item.bytes.length;
        await decode(item.bytes);
      };
      for (const piece of cut(random, bytes)) for (const item of demuxer.read(piece)) await take(item);
      for (const item of demuxer.end?.() ?? []) await take(item);
      if (found > mostRead * bytes.length) throw new Error(`${found} bytes of packets in ${bytes.length} bytes`);
      if (codec.settle && input % 20 === 0) await codec.settle();
    } catch (error) {
      if (!(error instanceof AudioError)) throw new Error(`${format}, input ${input}`, { cause: error });
      counts.refused++;
    }
    const { user, system } = process.cpuUsage(began);
    const tookMs = (user + system) / 1000;
    counts.slowestMs = Math.max(counts.slowestMs, tookMs);
    if (tookMs > slowest) throw new Error(`${format}, input ${input} took ${tookMs} ms`);
  }
  codec.free();
  return counts;
}

const residentMb = () => {
  globalThis.gc?.();
  return process.memoryUsage.rss() / 1_048_576;
};

const rows = await withRecordings(seconds, async (write) => {
  const table = [];
  const chosen = recordings.filter(({ name, extension }) => extension !== 'raw' && name.startsWith(values.only));
  for (const recording of chosen) {
    const original = readBytes(write({ ...recording, rate: Math.min(recording.rate, 48_000) }));
    const { format } = detect(original);
    const before = residentMb();
    const began = performance.now();
    const { slowestMs, ...counts } = await fuzz(format, original);
    table.push({
      format: recording.name,
      inputs,
      ...counts,
      'slowest, ms': Math.round(slowestMs),
      'grown, MB': Math.round(residentMb() - before),
      seconds: Math.round((performance.now() - began) / 1000),
    });
    if (!values.json) print(JSON.stringify(table.at(-1)));
  }
  return table;
});
await ffmpeg.close();
if (values.json) print(JSON.stringify(rows));
