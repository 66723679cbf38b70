import type { LiveTranscription } from '@live-transcribe/client';
import type { Run } from './transcript.ts';

/** Shows what a session says in its part of the transcript: its words, what is to be known of its sound, and its holes. */
export function showIn(run: Run, session: Pick<LiveTranscription, 'addEventListener'>): void {
  session.addEventListener('segments', (segments) => run.show(segments));
  session.addEventListener('notice', ({ code, message, start = 0 }) => {
    run.add({ code, message, start, end: undefined });
  });
  session.addEventListener('error', ({ code, message, segment, start, end }) => {
    // One about a segment shows in the segment, one about no part of the audio not at all.
    if (segment === undefined && start !== undefined) run.add({ code, message, start, end });
  });
}
