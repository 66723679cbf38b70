export type { OpenAac } from './decode/open-codec.ts';
export { AudioError, type AudioErrorCode, badAudio, decoderBusy, unsupportedAudio } from './errors.ts';
export { FlacFrameEncoder, flacBlockSize } from './flac/frame-encoder.ts';
export {
  decodeMonoFrame,
  type FlacStart,
  type FoundFrame,
  flacStart,
  framesIn,
  streamInfoOf,
} from './flac/stream.ts';
export {
  checkDeclaredFormat,
  type DeclaredFormat,
  maxChannels,
  maxSampleRate,
  minSampleRate,
  type RawEncoding,
  rawEncodings,
} from './format.ts';
export { type FormatName, Intake, type IntakeOptions } from './intake.ts';
export { decibelsOf, type Level, LevelMeter, peakAndRms } from './level.ts';
export { type FilePart, indexFirst, type ReadBytes } from './mp4/index-first.ts';
export { type Notice, type NoticeCode, noticeTable } from './notices.ts';
export { Resampler } from './resample/resampler.ts';
export { joinSamples } from './samples.ts';
export type { StreamMs, TimelineMs } from './time.ts';
export { msToSamples, samplesToMs, streamMs, timelineMs } from './time.ts';
export type { Codec, MonoSamples } from './track.ts';
export { wavFile } from './wav/write.ts';
