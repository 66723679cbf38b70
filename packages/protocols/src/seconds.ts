import type { TimelineMs } from '@live-transcribe/audio';

/** Wire protocols give times in seconds. */
export const seconds = (time: TimelineMs): number => time / 1000;
