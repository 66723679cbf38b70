import { describe, expect, it } from 'vitest';
import { rate, ruler, silence, speech } from './support/audio.ts';
import { collect, failureOf, simulate } from './support/simulated.ts';

/** More than the kernel's buffers of a local socket hold, as base64: 19 MB. */
const seconds = 300;
const size = seconds * rate;

/** Writes a second at a time and counts. */
async function writeRuler(write: (samples: Int16Array) => Promise<void>, onWritten: () => void): Promise<void> {
  for (let at = 0; at < size; at += rate) {
    await write(ruler(at, rate));
    onWritten();
  }
}

describe('back-pressure', { timeout: 30_000 }, () => {
  it('lets a writer wait while the service does not read, and loses nothing', async () => {
    let release: (value?: unknown) => void = () => undefined;
    const until = new Promise((resolve) => {
      release = resolve;
    });
    const { simulator, open } = await simulate({
      recordSamples: size,
      recordEvents: 10,
      faults: [{ kind: 'stop_reading', at: { samples: 1 }, until }],
    });
    const session = await open({ model: 'gpt-realtime-whisper' });
    let written = 0;
    const writing = writeRuler(
      async (samples) => session.write(samples),
      () => {
        written += 1;
      },
    );
    const connection = await simulator.connection(0);
    await connection.heardAtLeast(1);
    expect(written).toBeLessThan(seconds);
    // Nobody reads, so that no number of turns lets the writer end.
    for (let turn = 0; turn < 2_000; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(written).toBeLessThan(seconds);
    release();
    await writing;
    await connection.heardAtLeast(size);
    expect(Buffer.from(connection.recording.buffer, 0, 2 * size).equals(Buffer.from(ruler(0, size).buffer))).toBe(true);
  });

  it('releases a waiting writer when the session ends', async () => {
    const { simulator, open } = await simulate({
      faults: [{ kind: 'stop_reading', at: { samples: 1 }, until: new Promise(() => undefined) }],
    });
    const ending = new AbortController();
    const session = await open({}, ending.signal);
    const failure = failureOf(session);
    const writing = writeRuler(
      async (samples) => session.write(samples),
      () => undefined,
    );
    await (await simulator.connection(0)).heardAtLeast(1);
    ending.abort(new Error('Enough.'));
    await writing;
    expect(await failure).toMatchObject({ message: 'Enough.' });
  });

  it('lets the service wait while nobody reads the events, and loses none', async () => {
    const { simulator, open } = await simulate({ script: ({ index }) => ({ transcript: `${index}` }) });
    const session = await open({ model: 'gpt-realtime-whisper' });
    const utterances = 400;
    for (let count = 0; count < utterances; count += 1) {
      await session.write(count % 2 === 0 ? speech(100) : silence(100));
      await session.commit();
    }
    await session.finish();
    const connection = await simulator.connection(0);
    let isClosed = false;
    void connection.closed.then(() => {
      isClosed = true;
    });
    await connection.sent('conversation.item.input_audio_transcription.completed', utterances);
    // A session that had taken all these events into its memory would be over by now.
    for (let turn = 0; turn < 500; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(isClosed).toBe(false);
    const texts = (await collect(session)).flatMap((event) => (event.kind === 'utterance' ? [event.text] : []));
    expect(texts).toEqual(Array.from({ length: utterances }, (_, index) => `${index}`));
  });
});
