/**
 * Between the gateway and a recogniser's process: frames of a header (payload's length, kind, stream; 4 bytes each, little
 * endian) and a payload, so that audio is copied once and parsed never.
 */
const headerBytes = 12;
/** Whoever asks for more is not the other end of this channel. Audio comes in pieces of 200 ms, text is shorter. */
const longestPayload = 16 * 1024 * 1024;

/** From the gateway. The first frame is `load`. */
export const toWorker = { load: 1, open: 2, audio: 3, commit: 4, clear: 5, finish: 6, drop: 7 } as const;
/** From the process. */
export const fromWorker = { ready: 1, events: 2, heard: 3, finished: 4, broken: 5, cost: 6 } as const;

const nothing = Buffer.alloc(0);

/** `payload` is copied. */
export function frame(kind: number, stream = 0, payload: Uint8Array = nothing): Buffer {
  const bytes = Buffer.allocUnsafe(headerBytes + payload.byteLength);
  bytes.writeUInt32LE(payload.byteLength, 0);
  bytes.writeUInt32LE(kind, 4);
  bytes.writeUInt32LE(stream, 8);
  bytes.set(payload, headerBytes);
  return bytes;
}

export const jsonFrame = (kind: number, stream: number, value: unknown): Buffer =>
  frame(kind, stream, Buffer.from(JSON.stringify(value)));

export function numberFrame(kind: number, stream: number, value: number): Buffer {
  const payload = Buffer.allocUnsafe(8);
  payload.writeDoubleLE(value);
  return frame(kind, stream, payload);
}

/** Both ends come from the same build: what one writes is what the other reads. */
export const readJson = (payload: Buffer): unknown => JSON.parse(payload.toString());
export const readNumber = (payload: Buffer): number => payload.readDoubleLE();

/** Samples as their bytes, without a copy. */
export const bytesOf = (samples: Int16Array): Uint8Array =>
  new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);

export type OnFrame = (kind: number, stream: number, payload: Buffer) => void;

/** Frames out of a stream of bytes, however it is cut. A `payload` is the receiver's until it returns. */
export class FrameReader {
  readonly #onFrame: OnFrame;
  /** The beginning of a frame that is not whole yet. */
  #begun: Buffer = nothing;

  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame;
  }

  /** `chunk` is the caller's again afterwards. */
  push(chunk: Buffer): void {
    let at = this.#complete(chunk);
    while (chunk.length - at >= headerBytes) {
      const end = at + frameLength(chunk, at);
      if (end > chunk.length) break;
      this.#tell(chunk, at, end);
      at = end;
    }
    if (at < chunk.length) this.#begun = Buffer.from(chunk.subarray(at));
  }

  /** The frame that has begun is put together, its header first, and no other: those are read where they are. Answers how much that took. */
  #complete(chunk: Buffer): number {
    let at = 0;
    while (this.#begun.length > 0) {
      const begun = this.#begun;
      const whole = begun.length < headerBytes ? headerBytes : frameLength(begun, 0);
      const more = chunk.subarray(at, at + whole - begun.length);
      at += more.length;
      this.#begun = Buffer.concat([begun, more]);
      if (this.#begun.length < whole) break;
      if (whole < frameLength(this.#begun, 0)) continue;
      this.#tell(this.#begun, 0, whole);
      this.#begun = nothing;
    }
    return at;
  }

  #tell(bytes: Buffer, at: number, end: number): void {
    this.#onFrame(bytes.readUInt32LE(at + 4), bytes.readUInt32LE(at + 8), bytes.subarray(at + headerBytes, end));
  }
}

/** Of a frame whose header is there, with the header. */
function frameLength(bytes: Buffer, at: number): number {
  const payload = bytes.readUInt32LE(at);
  if (payload > longestPayload) throw new Error(`A frame of ${payload} bytes came from a recogniser's channel.`);
  return headerBytes + payload;
}
