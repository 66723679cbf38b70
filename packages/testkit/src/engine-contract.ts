import { samplesToMs } from '@live-transcribe/audio';
import type { Engine, EngineEvent, EngineSession, RecognitionOptions, Transcription } from '@live-transcribe/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** An engine with what the suite needs to know of it. */
export interface EngineUnderTest {
  readonly engine: Engine;
  readonly options: RecognitionOptions;
  /** Audio that holds one utterance and enough silence behind it for the engine to notice its end; engine's rate. */
  readonly utterance: Int16Array;
  /** Frees what the test made, after the engine is closed. */
  dispose?(): Promise<void>;
}

export interface EngineContractOptions {
  /** A time limit for each test, in ms. */
  readonly timeoutMs?: number;
  /** Whether it has `transcribe`; true when absent. */
  readonly transcribes?: boolean;
}

/** What every engine promises, as tests. `setup` makes a fresh engine for each. */
export function describeEngineContract(
  name: string,
  setup: () => Promise<EngineUnderTest>,
  { timeoutMs = 30_000, transcribes = true }: EngineContractOptions = {},
): void {
  describe(`engine contract: ${name}`, { timeout: timeoutMs }, () => {
    let subject: EngineUnderTest;
    let ending: AbortController;

    beforeEach(async () => {
      subject = await setup();
      ending = new AbortController();
    }, timeoutMs);
    afterEach(async () => {
      ending.abort(new Error('The test is over.'));
      await subject.engine.close();
      await subject.dispose?.();
    }, timeoutMs);

    const open = () => subject.engine.open(subject.options, ending.signal);

    it('[EC1] is ready, and gives each utterance once, in order, with times within what was written', async () => {
      expect(subject.engine.readiness()).toEqual({ ready: true });
      const session = await open();
      const events = collect(session);
      const written = await writeAll(session, [subject.utterance, subject.utterance], subject.engine.sampleRate);
      await session.finish();
      const seen = await events;
      expectOrdered(seen, written);
      expect(seen.filter((event) => event.kind === 'utterance').length).toBeGreaterThanOrEqual(2);
    });

    // Settled may also advance where no utterance was: over silence. That audio is then neither given to another
    // connection nor reported as a gap.
    it('[EC2] settles no more than was written, never back, and every utterance sooner or later', async () => {
      const session = await open();
      const events = collect(session);
      const written = await writeAll(session, [subject.utterance], subject.engine.sampleRate);
      await session.finish();
      const seen = await events;
      let settled = 0;
      for (const event of seen) {
        if (event.kind !== 'settled') continue;
        expect(event.through).toBeGreaterThanOrEqual(settled);
        expect(event.through).toBeLessThanOrEqual(written);
        settled = event.through;
      }
      const last = seen.findLast((event) => event.kind === 'utterance');
      expect(last).toBeDefined();
      expect(settled).toBeGreaterThanOrEqual(last?.end ?? 0);
    });

    it('[EC3] commits without waiting for silence', async () => {
      const session = await open();
      const reader = session.events[Symbol.asyncIterator]();
      await writeAll(session, [withoutTail(subject.utterance)], subject.engine.sampleRate);
      await session.commit();
      const utterance = await next(reader, (event) => event.kind === 'utterance');
      expect(utterance).toMatchObject({ kind: 'utterance' });
      await session.finish();
      for (let item = await reader.next(); !item.done; item = await reader.next());
    });

    it('[EC4] says nothing about what was cleared', async () => {
      const session = await open();
      const events = collect(session);
      const speech = withoutTail(subject.utterance);
      const cleared = await writeAll(session, [speech], subject.engine.sampleRate);
      await session.clear();
      await session.finish();
      const about = (await events).filter((event) => event.kind === 'utterance' || event.kind === 'failed');
      expect(about.filter((event) => event.end <= cleared && event.end > 0)).toEqual([]);
    });

    it('[EC5] ends at once when nothing was written, and takes further calls without effect', async () => {
      const session = await open();
      const events = collect(session);
      await session.finish();
      expect((await events).filter((event) => event.kind !== 'settled')).toEqual([]);
      await session.write(new Int16Array(160));
      await session.commit();
      await session.clear();
      await session.finish();
    });

    it('[EC6] is ended by its signal, whatever it is doing, and takes further calls without effect', async () => {
      const session = await open();
      const events = collect(session);
      const told = expect(events).rejects.toThrow('Enough of this.');
      await session.write(subject.utterance.subarray(0, 1_000));
      ending.abort(new Error('Enough of this.'));
      await told;
      await session.write(subject.utterance);
      await session.commit();
      await session.finish();
    });

    it('[EC7] does not open when its signal is aborted, before or meanwhile', async () => {
      const already = AbortSignal.abort(new Error('Too late.'));
      await expect(subject.engine.open(subject.options, already)).rejects.toThrow('Too late.');
      const meanwhile = new AbortController();
      const opening = subject.engine.open(subject.options, meanwhile.signal);
      // An engine may be quicker than the change of mind; then what it has opened is over.
      const told = expect(opening.then(collect)).rejects.toThrow('Changed my mind.');
      meanwhile.abort(new Error('Changed my mind.'));
      await told;
    });

    it('[EC8] throws one engine error to open recognitions when it is closed', async () => {
      const session = await open();
      const told = expect(collect(session)).rejects.toMatchObject({ name: 'EngineError' });
      await subject.engine.close();
      await told;
      await session.write(subject.utterance);
    });

    it('[EC9] keeps two recognitions apart', async () => {
      const [first, second] = await Promise.all([open(), open()]);
      const events = [collect(first), collect(second)];
      const written = await writeAll(first, [subject.utterance], subject.engine.sampleRate);
      await Promise.all([first.finish(), second.finish()]);
      const [heard, silent] = await Promise.all(events);
      expectOrdered(heard ?? [], written);
      expect((silent ?? []).filter((event) => event.kind !== 'settled')).toEqual([]);
    });

    if (!transcribes) {
      it('[EC10] does not pretend to transcribe a stretch as a whole', () => {
        expect(subject.engine).not.toHaveProperty('transcribe');
      });
      return;
    }

    it('[EC10] transcribes a stretch as a whole, with words in order and within it', async () => {
      const { utterance, engine } = subject;
      const { text, words } = await transcribe(subject, ending.signal);
      expect(text).not.toBe('');
      expect(words).not.toHaveLength(0);
      let before = 0;
      for (const { start, end } of words ?? []) {
        expect(start).toBeGreaterThanOrEqual(before);
        expect(end).toBeGreaterThanOrEqual(start);
        before = end;
      }
      expect(before).toBeLessThanOrEqual(samplesToMs(utterance.length, engine.sampleRate) + 20);
    });

    it('[EC11] abandons a transcription when its signal is aborted, before or meanwhile', async () => {
      const already = AbortSignal.abort(new Error('Too late.'));
      await expect(transcribe(subject, already)).rejects.toThrow('Too late.');
      const meanwhile = new AbortController();
      // It may have been quicker than the change of mind; it only may not stay.
      const settled = transcribe(subject, meanwhile.signal).then(
        () => 'Changed my mind.',
        (error: unknown) => (error instanceof Error ? error.message : error),
      );
      meanwhile.abort(new Error('Changed my mind.'));
      expect(await settled).toBe('Changed my mind.');
    });
  });
}

async function transcribe(
  { engine, utterance, options }: EngineUnderTest,
  signal: AbortSignal,
): Promise<Transcription> {
  if (!engine.transcribe) throw new Error(`The engine ${engine.id} does not transcribe.`);
  const { language, model, prompt } = options;
  return engine.transcribe(utterance, { language, model, prompt, words: true }, signal);
}

function collect(session: EngineSession): Promise<EngineEvent[]> {
  const all = (async () => {
    const events: EngineEvent[] = [];
    for await (const event of session.events) events.push(event);
    return events;
  })();
  // A test that fails before it looks at them shall be reported for its own fault.
  all.catch(() => undefined);
  return all;
}

/** Writes in chunks of 100 ms; answers how many ms were written. */
async function writeAll(session: EngineSession, parts: Int16Array[], sampleRate: number): Promise<number> {
  const size = sampleRate / 10;
  let samples = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; at += size) await session.write(part.subarray(at, at + size));
    samples += part.length;
  }
  return samplesToMs(samples, sampleRate);
}

async function next(
  reader: AsyncIterator<EngineEvent>,
  matches: (event: EngineEvent) => boolean,
): Promise<EngineEvent | undefined> {
  for (let item = await reader.next(); !item.done; item = await reader.next())
    if (matches(item.value)) return item.value;
  return undefined;
}

/** The utterance's audio up to the last loud sample: the speaker has not paused. */
function withoutTail(utterance: Int16Array): Int16Array {
  const last = utterance.findLastIndex((sample) => Math.abs(sample) > 500);
  return utterance.subarray(0, last + 1);
}

/** One utterance after the other, nothing about settled audio, all within what was written (a frame of padding allowed). */
function expectOrdered(events: EngineEvent[], writtenMs: number): void {
  let closedThrough = 0;
  for (const event of events) {
    if (event.kind === 'settled') closedThrough = Math.max(closedThrough, event.through);
    if (event.kind === 'settled' || event.kind === 'rotate') continue;
    expect(event.end).toBeGreaterThanOrEqual(event.start);
    expect(event.end).toBeLessThanOrEqual(writtenMs + 20);
    if (event.kind === 'hypothesis') {
      expect(event.end).toBeGreaterThanOrEqual(closedThrough);
    } else {
      expect(event.start).toBeGreaterThanOrEqual(closedThrough);
      closedThrough = event.end;
    }
  }
}
