/** Clients that speak: each sends chunks of 16 kHz PCM16 at real-time pace, and notes when the partial of each one came. */
import { once } from 'node:events';
import { WebSocket } from 'ws';

const bytesPerMs = 32;
/** The longest chunk that is sent. */
const longestChunkMs = 100;
const start = JSON.stringify({ action: 'start', encoding: 'pcm16', sample_rate: 16_000 });
/** Chunks that may be under way at a time; a relay that is later than 6.4 s is not worth measuring. */
const underWay = 64;
/** A load that is so far behind never catches up. */
const hopelessMs = 3_000;

/** Speech-like enough for a resampler, and no silence: noise of a fixed seed. */
function noise(bytes) {
  const samples = new Int16Array(bytes / 2);
  let state = 1;
  for (let i = 0; i < samples.length; i++) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    samples[i] = (state / 2_147_483_648 - 0.5) * 8_000;
  }
  return Buffer.from(samples.buffer);
}

const audio = noise(longestChunkMs * bytesPerMs);

class Client {
  #socket;
  #sentAt = new Float64Array(underWay);
  #sent = 0;
  #answered = 0;
  #note;

  constructor(socket, note) {
    this.#socket = socket;
    this.#note = note;
    socket.on('message', (data) => this.#read(data));
  }

  static async open(port, note, headers) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/transcriptions`, { perMessageDeflate: false, headers });
    // The bare relay speaks first, perhaps in the moment of opening.
    const answered = once(socket, 'message');
    await once(socket, 'open');
    socket.send(start);
    await answered;
    return new Client(socket, note);
  }

  speak(chunk) {
    this.#sentAt[this.#sent % underWay] = performance.now();
    this.#sent += 1;
    this.#socket.send(chunk);
  }

  #read(data) {
    const { partial } = JSON.parse(data.toString());
    if (partial === undefined) return;
    const heard = Math.min(Number(partial.slice(partial.lastIndexOf(' '))), this.#sent);
    const now = performance.now();
    for (; this.#answered < heard; this.#answered++) this.#note(now - this.#sentAt[this.#answered % underWay]);
  }

  leave() {
    this.#socket.terminate();
  }
}

/** `sessions` clients of the relay on `port`, with chunks of up to 100 ms, that begin to speak at once and go on until they are stopped. `headers` say who they are. */
export async function startLoad(port, sessions, { chunkMs = longestChunkMs, headers = {} } = {}) {
  const chunk = audio.subarray(0, chunkMs * bytesPerMs);
  let latencies = [];
  let lateness = [];
  let sent = 0;
  let timer;
  const clients = [];
  // A few at a time: all at once would measure how sockets are accepted.
  const together = 20;
  for (let i = 0; i < sessions; i += together) {
    const opening = Array.from({ length: Math.min(together, sessions - i) }, () =>
      Client.open(port, (ms) => latencies.push(ms), headers),
    );
    clients.push(...(await Promise.all(opening)));
  }
  const began = performance.now();
  // Client n of N speaks n/N of a chunk after the first, for ever.
  const dueAt = (count) => began + (count * chunkMs) / sessions;
  const tick = () => {
    // What becomes due meanwhile is for the next time: answers are to be read as well.
    const now = performance.now();
    if (now - dueAt(sent) > hopelessMs) throw new Error(`This machine cannot send as ${sessions} clients do.`);
    for (; dueAt(sent) <= now; sent++) {
      lateness.push(performance.now() - dueAt(sent));
      clients[sent % sessions].speak(chunk);
    }
    timer = setTimeout(tick, 1);
  };
  tick();
  return {
    /** What was noted since the last time: milliseconds from sending to the partial, how late was sent, chunks sent. */
    take() {
      const taken = { latencies, lateness };
      latencies = [];
      lateness = [];
      return taken;
    },
    stop() {
      clearTimeout(timer);
      for (const client of clients) client.leave();
    },
  };
}
