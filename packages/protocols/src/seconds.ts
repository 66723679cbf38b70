import type { TimelineMs } from '@live-transcribe/audio';

/** Wire protocols give times in seconds, to the millisecond. */
export const seconds = (time: TimelineMs): number => Math.round(time) / 1000;
