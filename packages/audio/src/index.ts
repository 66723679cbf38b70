export { AudioError, type AudioErrorCode } from './errors.ts';
export {
  checkDeclaredFormat,
  type DeclaredFormat,
  maxChannels,
  maxSampleRate,
  minSampleRate,
  type RawEncoding,
  rawEncodings,
} from './format.ts';
export { Intake, type IntakeOptions } from './intake.ts';
export { type Level, peakAndRms } from './level.ts';
export { Resampler } from './resample/resampler.ts';
export { joinSamples } from './samples.ts';
export type { StreamMs, TimelineMs } from './time.ts';
export { msToSamples, samplesToMs, streamMs, timelineMs } from './time.ts';
