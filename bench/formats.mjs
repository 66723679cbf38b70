/**
 * What each format costs through the intake, to 24 kHz mono, and what it holds back. CPU: milliseconds for one second of
 * audio, in messages of 100 ms; of AAC with its ffmpeg child. Memory: of each of 100 open streams that are a second in.
 * Held back: how much of the audio whose bytes are in is not out, at worst, byte by byte, before resampling.
 *
 * Run it after `npm run build`, with flite and ffmpeg installed:  node --expose-gc bench/formats.mjs [--json]
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Intake } from '@live-transcribe/audio';
import { FfmpegCodecs } from '@live-transcribe/codec-ffmpeg';
import { readBytes, recordings, withRecordings } from './lib/recordings.mjs';

const seconds = 30;
const streams = 100;
const engineRate = 24_000;
const ffmpeg = new FfmpegCodecs({ path: 'ffmpeg', maxProcesses: 1_000 });

const isRaw = ({ extension }) => extension === 'raw';

function openIntake(recording, sampleRate = engineRate) {
  const raw = isRaw(recording);
  const encoding = raw ? (recording.args.includes('mulaw') ? 'mulaw' : 'pcm16') : 'auto';
  const declared = { encoding, sampleRate: recording.rate, channels: raw ? recording.channels : 1 };
  return new Intake({ declared, sampleRate, openAac: (config) => ffmpeg.openAac(config) });
}

function* messages(bytes, count) {
  const size = Math.ceil(bytes.length / count);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** User and system time of this process and of those it has waited for, in ms. */
function cpuMs() {
  // utime, stime, cutime and cstime, in ticks of 10 ms (proc(5)).
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
  const children = 10 * (Number(fields[13]) + Number(fields[14]));
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000 + children;
}

async function run(recording, bytes) {
  const intake = openIntake(recording);
  let samples = 0;
  for (const message of messages(bytes, seconds * 10)) samples += (await intake.push(message)).length;
  samples += (await intake.end()).length;
  if (Math.abs(samples / engineRate - seconds) > 0.1) throw new Error(`${recording.name}: ${samples / engineRate} s`);
}

async function costMs(recording, bytes) {
  await run(recording, bytes);
  const rounds = [];
  for (let round = 0; round < 3; round++) {
    const before = cpuMs();
    await run(recording, bytes);
    // A child's time is told when it has been waited for.
    await new Promise((resolve) => setTimeout(resolve, 100));
    rounds.push((cpuMs() - before) / seconds);
  }
  return Math.min(...rounds);
}

const residentKb = () => {
  globalThis.gc?.();
  return process.memoryUsage.rss() / 1024;
};

async function memoryKb(recording, bytes) {
  const first = bytes.subarray(0, Math.ceil(bytes.length / seconds));
  const before = residentKb();
  const open = [];
  for (let i = 0; i < streams; i++) {
    const intake = openIntake(recording);
    for (const message of messages(first, 10)) await intake.push(message);
    open.push(intake);
  }
  const after = residentKb();
  for (const intake of open) intake.free();
  return (after - before) / streams;
}

/** Where each packet of an Ogg stream ends, in bytes, by the tables of its pages (RFC 3533, 6); its headers left out. */
function oggEnds(bytes, headers) {
  const ends = [];
  for (let at = 0; at + 27 < bytes.length; ) {
    const segments = bytes.subarray(at + 27, at + 27 + bytes[at + 26]);
    at += 27 + segments.length;
    for (const segment of segments) {
      at += segment;
      if (segment < 255) ends.push(at);
    }
  }
  return ends.slice(headers);
}

/** Where each packet ends, in bytes and in ms, by ffprobe and by the pages of Ogg; raw PCM has none. */
function packetsOf(recording, path, bytes) {
  if (isRaw(recording)) return undefined;
  const args = ['-v', 'error', '-show_entries', 'packet=pos,size,pts_time', '-of', 'json', path];
  const { packets } = JSON.parse(execFileSync('ffprobe', args, { encoding: 'utf8', maxBuffer: 2 ** 28 }));
  const [codec] = recording.args.filter((arg) => /opus|vorbis|flac/.test(arg));
  const ogg = recording.extension === 'ogg';
  const ends = ogg ? oggEnds(bytes, codec === 'libvorbis' ? 3 : 2) : [];
  return packets.slice(0, -1).map(({ pos, size, pts_time }, i) => {
    const startMs = Number(pts_time) * 1000;
    const endMs = Number(packets[i + 1].pts_time) * 1000;
    // A block of WebM has up to 12 bytes of its own before its packet.
    const header = recording.extension === 'webm' ? 12 : 0;
    const endByte = ogg ? ends[i] : Math.min(bytes.length, Number(pos) + header + Number(size));
    return { durationMs: endMs - startMs, endMs, endByte };
  });
}

/** Milliseconds of audio whose packets are in and that are not out, at worst; and the length of a packet. */
async function heldBackMs(recording, bytes, packets) {
  if (!packets) return { held: 0, packetMs: 1000 / recording.rate };
  const rate = recording.args.includes('libopus') ? 48_000 : recording.rate;
  const intake = openIntake(recording, rate);
  const marks = [];
  let at = 0;
  let out = 0;
  for (const { endByte, endMs } of packets) {
    if (endMs < 5_000) for (; at < endByte; at++) out += (await intake.push(bytes.subarray(at, at + 1))).length;
    else for (; at < endByte; at = endByte) out += (await intake.push(bytes.subarray(at, endByte))).length;
    marks.push({ endMs, outMs: (out * 1000) / rate });
  }
  await intake.push(bytes.subarray(at));
  // What is always one packet late comes with the end.
  const tail = await intake.end();
  // What an encoder puts in front is no delay: the last packet shows how much that is.
  const last = marks.at(-1);
  const held = marks.map(({ endMs, outMs }) => last.outMs - outMs - (last.endMs - endMs));
  const worst = Math.max(0, ...held.slice(8)) + (tail.length * 1000) / rate;
  return { held: worst, packetMs: Math.max(...packets.map(({ durationMs }) => durationMs)) };
}

const rows = await withRecordings(seconds, async (write) => {
  const table = [];
  for (const recording of recordings) {
    const path = write(recording);
    const bytes = readBytes(path);
    const cost = await costMs(recording, bytes);
    const memory = await memoryKb(recording, bytes);
    const { held, packetMs } = await heldBackMs(recording, bytes, packetsOf(recording, path, bytes));
    table.push({
      format: recording.name,
      'CPU ms/s': Number(cost.toFixed(2)),
      '% of a core': Number((cost / 10).toFixed(2)),
      'KB per stream': Math.round(memory),
      'packet, ms': Number(packetMs.toFixed(1)),
      'held back, ms': Number(held.toFixed(1)),
    });
  }
  return table;
});
await ffmpeg.close();
if (process.argv.includes('--json')) console.log(JSON.stringify(rows));
else console.table(rows);
