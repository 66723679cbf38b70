import { bandCount, coefficientsOf } from './bands.ts';
import { NoiseFloor } from './noise-floor.ts';

/** `speech` can begin an utterance, `audible` can only go on with one. */
export type Verdict = 'speech' | 'audible' | 'quiet';

const decibels = (value: number): number => 10 ** (value / 10);

/** Of a voice over the noise. The grain of steady noise reaches 5 dB in less than one frame in a thousand. */
const voiceOverNoise = decibels(5);
/** Of anything: so loud a sound is not left to fvad's opinion, lest a whisper be lost. */
const anythingOverNoise = decibels(15);
/** Less than what begins speech, so that the soft end of a word belongs to it. */
const endOverNoise = decibels(4.5);

/** How much the loudest band of each frame stands out of its noise, and what that makes of the frame. */
export class Loudness {
  readonly #floors: readonly NoiseFloor[];
  /** Each frame counts with the one before it: less grain; and no more, so that a click is over when it is over. */
  readonly #before = new Float64Array(bandCount);
  #overNoise = 0;

  constructor(sampleRate: number) {
    this.#floors = coefficientsOf(sampleRate).map((coefficients) => new NoiseFloor(coefficients));
  }

  /** Of the latest frame, in whole dB, at least 0. */
  get decibels(): number {
    return this.#overNoise > 1 ? Math.round(10 * Math.log10(this.#overNoise)) : 0;
  }

  /** `power` in each band; `voice` is fvad's opinion. */
  judge(power: Float64Array, voice: boolean): Verdict {
    this.#overNoise = this.#compare(power);
    if (this.#overNoise >= (voice ? voiceOverNoise : anythingOverNoise)) return 'speech';
    return this.#overNoise >= endOverNoise ? 'audible' : 'quiet';
  }

  #compare(power: Float64Array): number {
    let most = 0;
    for (let band = 0; band < bandCount; band++) {
      const floor = this.#floors[band];
      if (floor === undefined) continue;
      const heard = power[band] ?? 0;
      most = Math.max(most, ((this.#before[band] ?? 0) + heard) / 2 / floor.power);
      this.#before[band] = heard;
      floor.hear(heard);
    }
    return most;
  }
}
