/**
 * A process of one model for many recognitions. A mistake in the library's use, or a bad model, ends this process and nothing
 * else; its parent starts another. Channel 3 is the gateway's; frames are those of `wire.ts`.
 */
import { Socket } from 'node:net';
import { Gathered } from '../gathered.ts';
import type { LoadRequest, OpenRequest, ToldEvent } from '../messages.ts';
import { FrameReader, frame, fromWorker, jsonFrame, numberFrame, readJson, toWorker } from '../wire.ts';
import { Cost } from './cost.ts';
import { loadRecogniser, type Recogniser } from './recogniser.ts';
import { Scheduler } from './scheduler.ts';
import { type Order, WorkerStream } from './worker-stream.ts';

/** What comes is read into one buffer again and again. 64 KiB: as much as the system hands over at a time. */
const incoming = Buffer.alloc(65_536);
// Node's types know of `onread` for sockets that connect only.
const inherited = { fd: 3, readable: true, writable: true, onread: { buffer: incoming, callback: hear } };
const channel = new Socket(inherited);
const out = new Gathered(channel);
const streams = new Map<number, WorkerStream>();
let recogniser: Recogniser | undefined;

function breakDown(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  out.flush();
  channel.write(jsonFrame(fromWorker.broken, 0, message), () => process.exit(1));
}

const cost = new Cost((factor) => out.write(numberFrame(fromWorker.cost, 0, factor)));
const scheduler = new Scheduler({
  now: () => performance.now(),
  yield: setImmediate,
  onStep: (audioMs, tookMs) => cost.add(audioMs, tookMs),
  onError: breakDown,
});

/** The first rehearsal allocates; by the second one the speed is known. */
async function rehearse(loaded: Recogniser): Promise<void> {
  await loaded.rehearse();
  cost.begin();
  const began = performance.now();
  await loaded.rehearse();
  cost.add(1_000, performance.now() - began);
}

async function load(request: LoadRequest): Promise<void> {
  recogniser = await loadRecogniser(request);
  await rehearse(recogniser);
  out.write(numberFrame(fromWorker.ready, 0, cost.factor));
}

function open(id: number, request: OpenRequest): void {
  let said: ToldEvent[] = [];
  const utterances = recogniser?.open(request, (event) => said.push(event));
  if (!utterances) return;
  const stream = new WorkerStream(utterances, (done: Order) => {
    if (said.length > 0) out.write(jsonFrame(fromWorker.events, id, said));
    said = [];
    if (done.kind === 'audio') out.write(numberFrame(fromWorker.heard, id, done.samples.length));
    if (done.kind === 'finish') out.write(frame(fromWorker.finished, id));
  });
  streams.set(id, stream);
  scheduler.add(stream);
}

function drop(id: number): void {
  const stream = streams.get(id);
  streams.delete(id);
  if (stream) scheduler.remove(stream);
}

/** A copy: the payload is the channel's, and at no even place. */
function samplesOf(payload: Buffer): Int16Array {
  const samples = new Int16Array(payload.length / 2);
  new Uint8Array(samples.buffer).set(payload);
  return samples;
}

function order(id: number, what: Order): void {
  streams.get(id)?.push(what);
  scheduler.wake();
}

const reader = new FrameReader((kind, id, payload) => {
  switch (kind) {
    case toWorker.load:
      return void load(readJson(payload) as LoadRequest).catch(breakDown);
    case toWorker.open:
      return open(id, readJson(payload) as OpenRequest);
    case toWorker.audio:
      return order(id, { kind: 'audio', samples: samplesOf(payload) });
    case toWorker.commit:
      return order(id, { kind: 'commit' });
    case toWorker.clear:
      return order(id, { kind: 'clear' });
    case toWorker.finish:
      return order(id, { kind: 'finish' });
    case toWorker.drop:
      return drop(id);
    default:
      throw new Error(`A frame of kind ${kind} is none that a recogniser knows.`);
  }
});

function hear(bytes: number): boolean {
  try {
    reader.push(incoming.subarray(0, bytes));
  } catch (error) {
    breakDown(error);
  }
  return true;
}

// Without the gateway there is nobody to recognise for.
channel.on('close', () => process.exit());
channel.on('error', () => process.exit());
