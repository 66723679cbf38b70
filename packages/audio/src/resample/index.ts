export { type Level, peakAndRms } from '../level.ts';
export type { ArithmeticName } from './choice.ts';
export { Resampler, type ResamplerOptions } from './resampler.ts';
