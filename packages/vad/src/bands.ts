import { kernelBytes } from './kernel-bytes.ts';

/** Frames per second: 10 ms is shorter than any speech sound. */
export const frameRate = 100;

/** Of a frame at 8 kHz. */
const framePoints = 80;

/** Halvings of the points: bands of 2-4 kHz, 1-2 kHz, 500-1000 Hz and 250-500 Hz. */
const halvings = 4;

/** The band above 4 kHz, where fricatives are, and those below. What is left below 250 Hz is DC, hum and rumble. */
export const bandCount = 1 + halvings;

/** The rate in Hz must have so many coefficients above 4 kHz, as many as the narrowest band below, to be judged by them. */
const leastCoefficients = framePoints / 2 ** halvings;

/** How many independent coefficients a frame has in each band. */
export const coefficientsOf = (sampleRate: number): readonly number[] => [
  Math.max(leastCoefficients, sampleRate / frameRate - framePoints),
  ...Array.from({ length: halvings }, (_, i) => framePoints / 2 ** (i + 1)),
];

/** Frames that are taken at a time: 100 ms. */
export const mostFrames = 10;
/** Of one at 48 kHz. */
const mostFrameSamples = 480;

/** What kernel/bands.ts exports; pointers are bytes. */
type Kernel = {
  readonly memory: WebAssembly.Memory;
  analyse(samples: number, frames: number, length: number, points: number, to: number): void;
};

/** The layout of the kernel's memory, which never grows. */
const pointsAt = 0;
const powersAt = pointsAt + (framePoints + 2) * 8;
const samplesAt = powersAt + mostFrames * bandCount * 8;
const endAt = samplesAt + mostFrames * mostFrameSamples * 2;

/** Frames as power in bands, by kernel/bands.ts. It keeps nothing of them: all streams share one. */
class Bands {
  readonly #kernel: Kernel;
  readonly #samples: Int16Array;
  readonly #powers: Float64Array;

  constructor() {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(kernelBytes, 'base64')));
    if (!isKernel(exports)) throw new Error('These are not the bytes of the kernel.');
    const { buffer } = exports.memory;
    this.#kernel = exports;
    this.#samples = new Int16Array(buffer, samplesAt, mostFrames * mostFrameSamples);
    this.#powers = new Float64Array(buffer, powersAt, mostFrames * bandCount);
  }

  /**
   * The mean power of a coefficient, in squared steps of 16 bits, in each band of at most `mostFrames` frames, all of `samples`;
   * 0 where the rate has no such band. Valid until the next call.
   */
  analyse(samples: Int16Array, frames: number): Float64Array {
    this.#samples.set(samples);
    this.#kernel.analyse(samplesAt, frames, samples.length / frames, pointsAt, powersAt);
    return this.#powers;
  }
}

let shared: Bands | undefined;

/** See `Bands.analyse`. */
export const powersOf = (samples: Int16Array, frames: number): Float64Array =>
  (shared ??= new Bands()).analyse(samples, frames);

function isKernel(exports: object): exports is Kernel {
  return (
    'memory' in exports &&
    exports.memory instanceof WebAssembly.Memory &&
    exports.memory.buffer.byteLength >= endAt &&
    'analyse' in exports
  );
}
