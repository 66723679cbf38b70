import { seeded } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import { joined, rate, silence, speech } from './support/audio.ts';
import { LoudDetector } from './support/loud-detector.ts';
import { collect, simulate, write } from './support/simulated.ts';

const gateSilence = { afterMs: 2_000, preRollMs: 500 };
const createDetector = ({ silenceMs }: { silenceMs?: number }) => new LoudDetector(silenceMs);

/** Silence whose samples say where they stand, too soft to be anything: what is missing of it shows. */
const hum = (ms: number): Int16Array => silence(ms).map((_, index) => 1 + (index % 97));

describe('gated silence', () => {
  it.each(['gpt-4o-transcribe', 'gpt-realtime-whisper'])('does not move the times of %s', async (model) => {
    const saved: unknown[] = [];
    const { simulator, open } = await simulate(
      { script: ({ index }) => ({ transcript: `text ${index}` }) },
      { createDetector, gateSilence, debug: (_message, details) => void saved.push(details['savedMs']) },
    );
    const plain = await simulate({ script: ({ index }) => ({ transcript: `text ${index}` }) }, { createDetector });
    const audio = joined(hum(10_000), speech(1_000), hum(15_000), speech(800), hum(1_000), speech(600), hum(9_000));
    const told = [];
    for (const each of [{ open }, plain]) {
      const session = await each.open({ model });
      const events = collect(session);
      await write(session, audio);
      await session.finish();
      told.push((await events).flatMap((event) => (event.kind === 'utterance' ? [event] : [])).slice(0, 3));
    }
    const [gated, whole] = told;
    expect(gated?.map(({ text, start, end }) => ({ text, start, end }))).toEqual(
      whole?.map(({ text, start, end }) => ({ text, start, end })),
    );
    expect(gated).toHaveLength(3);
    const connection = await simulator.connection(0);
    await connection.closed;
    const { heard } = connection;
    expect(heard).toBeLessThan(audio.length - 18 * rate);
    expect(saved).toEqual([((audio.length - heard) / rate) * 1_000]);
  });

  it('cuts no sample of speech nor of the pre-roll, however it is written (seeded)', async () => {
    const seed = 7;
    const random = seeded(seed);
    for (let run = 0; run < 5; run += 1) {
      const { simulator, open } = await simulate({ recordSamples: 60 * rate }, { createDetector, gateSilence });
      const session = await open({ model: 'gpt-realtime-whisper' });
      const events = collect(session);
      const parts = Array.from({ length: 3 }, () => [hum(500 + 5_000 * random()), speech(200 + 900 * random())]).flat();
      const audio = joined(...parts);
      for (let at = 0; at < audio.length; ) {
        const size = 1 + Math.floor(9_000 * random());
        await session.write(audio.subarray(at, at + size));
        at += size;
      }
      await session.finish();
      await events;
      const connection = await simulator.connection(0);
      await connection.closed;
      let at = 0;
      for (const part of parts) {
        at += part.length;
        if (part.every((sample) => sample < 1_000)) continue;
        // The speech with 500 ms before it, or as much as there was, stands in what was sent as it was.
        const wanted = audio.subarray(Math.max(0, at - part.length - rate / 2), at);
        const sent = Buffer.from(connection.recording.buffer, 0, 2 * connection.recording.length);
        const bytes = Buffer.from(wanted.slice().buffer);
        expect(sent.includes(bytes), `seed ${seed}, run ${run}`).toBe(true);
      }
    }
  }, 20_000);

  it('is sent after all for a commit, since the client may know better', async () => {
    const { simulator, open } = await simulate({}, { createDetector, gateSilence });
    const session = await open({ turns: { kind: 'none' } });
    const events = collect(session);
    await write(session, hum(5_000));
    const connection = await simulator.connection(0);
    await connection.heardAtLeast(2 * rate);
    await session.commit();
    await connection.received('input_audio_buffer.commit');
    const tail = [...connection.recording.subarray(-rate / 2)];
    await session.finish();
    await events;
    expect(tail).toEqual([...hum(5_000).subarray(-rate / 2)]);
  });
});
