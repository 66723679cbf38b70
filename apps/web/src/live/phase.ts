import type { TranscriptionState } from '@live-transcribe/client';

/**
 *   idle ─start─▶ asking ─source─▶ connecting ─session─▶ listening ⇄ paused ─stop─▶ finishing ─last final─▶ idle
 *                                                            ⇅
 *                                                       reconnecting
 *
 * Stopping while asking or connecting leads back to idle, and so does whatever goes wrong anywhere.
 */
export type Phase = 'idle' | 'asking' | 'connecting' | 'listening' | 'paused' | 'reconnecting' | 'finishing';

/** Where a session's state leads. What has begun or ended is told by who waits for it. */
export function phaseAfter(phase: Phase, state: TranscriptionState, paused: boolean): Phase {
  switch (state) {
    case 'live':
      return paused ? 'paused' : 'listening';
    case 'reconnecting':
      // Who has stopped waits for the last words, whatever becomes of the connection.
      return phase === 'finishing' ? phase : 'reconnecting';
    case 'stopping':
      return 'finishing';
    case 'idle':
    case 'connecting':
    case 'ended':
    case 'failed':
      return phase;
    default:
      return state satisfies never;
  }
}
