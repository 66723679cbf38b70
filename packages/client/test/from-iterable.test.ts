import { describe, expect, it } from 'vitest';
import { type AudioSource, file, fromIterable } from '../src/index.ts';

async function readAll({ chunks }: AudioSource): Promise<number[]> {
  const read: number[] = [];
  for await (const { bytes } of chunks) read.push(...bytes);
  return read;
}

describe('bytes from anywhere', () => {
  it('are a copy, so that the program may use its memory again', async () => {
    const buffer = Uint8Array.of(1, 2);
    async function* reused() {
      yield buffer;
      buffer.fill(3);
      yield buffer.subarray(1);
    }
    const kept: Uint8Array[] = [];
    for await (const { bytes } of fromIterable(reused()).chunks) kept.push(bytes);
    expect(kept).toEqual([Uint8Array.of(1, 2), Uint8Array.of(3)]);
  });

  it('say what they are', () => {
    async function* none(): AsyncGenerator<Uint8Array> {}
    expect(fromIterable(none())).toMatchObject({ encoding: 'auto', pace: 'queued', label: '' });
    expect(fromIterable(none(), { live: true, encoding: 'pcm16', channels: 2 })).toMatchObject({
      encoding: 'pcm16',
      sampleRate: 24_000,
      channels: 2,
      pace: 'live',
    });
    expect(fromIterable(none, { label: 'a call' })).toMatchObject({ pace: 'rewindable', label: 'a call' });
  });

  it('of a function can be read again, those of a file too', async () => {
    const content = Uint8Array.from({ length: 100_000 }, (_, index) => index % 200);
    const named = file(new File([content], 'speech.mp3'));
    expect(named).toMatchObject({ label: 'speech.mp3', size: 100_000, pace: 'rewindable', encoding: 'auto' });
    expect(await readAll(named)).toEqual([...content]);
    expect(await readAll(named)).toEqual([...content]);
    expect(file(new Blob(), { label: 'nothing' }).label).toBe('nothing');
    expect(await readAll(file(new Blob()))).toEqual([]);
  });

  it('end when they are stopped, also while nothing comes', async () => {
    let returned = false;
    async function* silent() {
      try {
        yield Uint8Array.of(1);
        await new Promise(() => undefined);
      } finally {
        returned = true;
      }
    }
    const source = fromIterable(silent());
    const reader = source.chunks[Symbol.asyncIterator]();
    expect((await reader.next()).value).toMatchObject({ bytes: Uint8Array.of(1) });
    const waiting = reader.next();
    await source.stop();
    expect(await waiting).toMatchObject({ done: true });
    // One that waits for ever cannot be returned from, and nobody waits for it.
    expect(returned).toBe(false);
  });

  it('that fail are an error that says so', async () => {
    const cause = new Error('The disk is gone.');
    async function* failing() {
      yield Uint8Array.of(1);
      throw cause;
    }
    await expect(readAll(fromIterable(failing()))).rejects.toMatchObject({ code: 'source_failed', cause });
    await expect(
      readAll(
        fromIterable(() => {
          throw cause;
        }),
      ),
    ).rejects.toMatchObject({ code: 'source_failed', cause });
  });
});
