/** A sample in the sense of MP4: what the track's codec decodes at once, or for PCM any number of frames. */
export interface MediaSample {
  /** Bytes. */
  readonly size: number;
  /** Its time and duration in ticks of the track. */
  readonly at: number;
  readonly duration: number;
  /** Ticks at its beginning that are to be heard, where that is known to be less than all. */
  readonly heard?: number;
}

/** Samples that lie one behind the other. */
export interface Run {
  /** Of the first byte, from the beginning of the file. */
  readonly offset: number;
  /** Read at most once. */
  readonly samples: Iterator<MediaSample, void>;
}

/** A run of samples of one size, without an object for each: as uncompressed audio has them. */
export function* mergedSamples(count: number, size: number, at: number, each: number): Generator<MediaSample, void> {
  yield { size: count * size, at, duration: count * each };
}
