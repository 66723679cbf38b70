/** How one sample is written. `le` and `be` are the order of its bytes; `u8` has its zero at 128. */
export const sampleTypes = [
  'u8',
  's8',
  's16le',
  's16be',
  's24le',
  's24be',
  's32le',
  's32be',
  'f32le',
  'f32be',
  'f64le',
  'f64be',
  'mulaw',
  'alaw',
] as const;

export type SampleType = (typeof sampleTypes)[number];

export interface PcmFormat {
  readonly type: SampleType;
  /** Hz. */
  readonly sampleRate: number;
  /** Interleaved. */
  readonly channels: number;
}
