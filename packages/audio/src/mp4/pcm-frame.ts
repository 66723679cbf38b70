import type { PcmFormat, SampleType } from '../pcm/format.ts';

const sampleBytes: Record<SampleType, number> = {
  u8: 1,
  s8: 1,
  s16le: 2,
  s16be: 2,
  s24le: 3,
  s24be: 3,
  s32le: 4,
  s32be: 4,
  f32le: 4,
  f32be: 4,
  f64le: 8,
  f64be: 8,
  mulaw: 1,
  alaw: 1,
};

/** One sample of each channel, in bytes. */
export const frameBytes = ({ type, channels }: PcmFormat): number => sampleBytes[type] * channels;
