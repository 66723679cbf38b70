import { samplesToMs } from '@live-transcribe/audio';
import type { SessionRecord } from '@live-transcribe/core';
import type { Recordings } from '../recordings/recordings.ts';
import { secondsOf } from './session-schemas.ts';

/** A recording that ends so much before its session has lost its last write; less is rounding. In ms. */
const toleranceMs = 1;

/** What is kept of a session's audio; `null` for nothing. */
export async function describeAudio(
  { id, state, duration }: SessionRecord,
  recordings: Pick<Recordings, 'open'>,
): Promise<{ type: string; bytes: number; duration: number; complete: boolean } | null> {
  // A folder that cannot be read shall not cost the transcript.
  const recording = await recordings.open(id).catch(() => undefined);
  if (!recording) return null;
  await recording.file.close();
  const { bytes, samples, missing, sampleRate } = recording;
  const length = samplesToMs(samples, sampleRate);
  const complete = missing === 0 && (state === 'live' || length >= duration - toleranceMs);
  return { type: 'audio/flac', bytes, duration: secondsOf(length), complete };
}
