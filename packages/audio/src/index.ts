export type { StreamMs, TimelineMs } from './time.ts';
export { msToSamples, samplesToMs, streamMs, timelineMs } from './time.ts';
