import { bandCount, coefficientsOf } from './bands.ts';
import { NoiseFloors } from './noise-floor.ts';

/** `speech` can begin an utterance, `audible` can only go on with one. */
export type Verdict = 'speech' | 'audible' | 'quiet';

const decibels = (value: number): number => 10 ** (value / 10);

/** Of speech over the noise. The grain of steady noise reaches 5 dB in less than one frame in a thousand. */
const speechOverNoise = decibels(5);
/** Less than what begins speech, so that the soft end of a word belongs to it. */
const endOverNoise = decibels(4.5);

/** How much the loudest band of each frame stands out of its noise, and what that makes of the frame. */
export class Loudness {
  readonly #floors: NoiseFloors;
  /** Each frame counts with the one before it: less grain; and no more, so that a click is over when it is over. */
  readonly #before = new Float64Array(bandCount);
  /** Of the latest frame; an array, so that no frame makes a number of its own. */
  readonly #overNoise = new Float64Array(1);

  constructor(sampleRate: number) {
    this.#floors = new NoiseFloors(coefficientsOf(sampleRate));
  }

  /** Of the latest frame, in whole dB, at least 0. */
  get decibels(): number {
    const [overNoise = 0] = this.#overNoise;
    return overNoise > 1 ? Math.round(10 * Math.log10(overNoise)) : 0;
  }

  /** The power in each band stands in `powers` from `at` on. */
  judge(powers: Float64Array, at: number): Verdict {
    const overNoise = this.#compare(powers, at);
    this.#overNoise[0] = overNoise;
    if (overNoise >= speechOverNoise) return 'speech';
    return overNoise >= endOverNoise ? 'audible' : 'quiet';
  }

  #compare(powers: Float64Array, at: number): number {
    const before = this.#before;
    const { floors } = this.#floors;
    let most = 0;
    for (let band = 0; band < bandCount; band++) {
      const heard = powers[at + band] ?? 0;
      const overNoise = ((before[band] ?? 0) + heard) / 2 / (floors[band] ?? 1);
      if (overNoise > most) most = overNoise;
      before[band] = heard;
    }
    this.#floors.hear(powers, at);
    return most;
  }
}
