import { type ArithmeticName, arithmeticFor } from './choice.ts';
import { StreamingResampler } from './streaming-resampler.ts';

export interface ResamplerOptions {
  /** By default WebAssembly where it works, otherwise JavaScript; asking for one that does not work throws. */
  readonly arithmetic?: ArithmeticName;
}

/** A streaming resampler that computes with what is fastest here. */
export class Resampler extends StreamingResampler {
  constructor(inputRate: number, outputRate: number, options: ResamplerOptions = {}) {
    super(inputRate, outputRate, () => arithmeticFor(options.arithmetic));
  }
}
