import { type FileHandle, open } from 'node:fs/promises';
import { type FilePart, indexFirst, type ReadBytes } from '@live-transcribe/audio';

/** Decoding and resampling as much takes about a millisecond: so long a file keeps everybody else waiting at a time. */
const sliceBytes = 32 * 1024;

/** The bytes of a file in an order in which they can be decoded as they come; each slice is valid until the next. */
export async function* fileBytes(path: string): AsyncGenerator<Uint8Array, void> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const read = reader(file);
    for (const part of (await indexFirst(read, size)) ?? [{ from: 0, to: size }]) {
      if (part instanceof Uint8Array) yield part;
      else yield* slices(read, part);
    }
  } finally {
    await file.close();
  }
}

async function* slices(read: ReadBytes, { from, to }: FilePart): AsyncGenerator<Uint8Array, void> {
  for (let at = from; at < to; ) {
    const bytes = await read(at, Math.min(sliceBytes, to - at));
    if (bytes.length === 0) return;
    yield bytes;
    at += bytes.length;
  }
}

const reader =
  (file: FileHandle): ReadBytes =>
  async (at, count) => {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(count), 0, count, at);
    return buffer.subarray(0, bytesRead);
  };
