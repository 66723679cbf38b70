import { JavaScriptArithmetic } from './javascript.ts';
import { StreamingResampler } from './streaming-resampler.ts';

let arithmetic: JavaScriptArithmetic | undefined;

/** The same samples without WebAssembly: for the one stream of a page, code that need not be loaded is worth more than time. */
export class LightResampler extends StreamingResampler {
  constructor(inputRate: number, outputRate: number) {
    super(inputRate, outputRate, () => (arithmetic ??= new JavaScriptArithmetic()));
  }
}
