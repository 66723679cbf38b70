export { type Level, peakAndRms } from '../level.ts';
export { Resampler } from './resampler.ts';
