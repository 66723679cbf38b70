import { type FormatName, samplesToMs } from '@live-transcribe/audio';

interface Received {
  readonly format: FormatName;
  samples: number;
}

/** How much audio has come in which format: one, as a rule, so that adding to it looks nothing up. */
export class ReceivedAudio {
  readonly #sampleRate: number;
  readonly #all: Received[] = [];
  #latest: Received | undefined;

  /** Hz. */
  constructor(sampleRate: number) {
    this.#sampleRate = sampleRate;
  }

  add(format: FormatName, samples: number): void {
    if (this.#latest?.format !== format) this.#latest = this.#of(format);
    this.#latest.samples += samples;
  }

  /** By format. */
  get seconds(): (readonly [FormatName, number])[] {
    return this.#all.map(({ format, samples }) => [format, samplesToMs(samples, this.#sampleRate) / 1000]);
  }

  #of(format: FormatName): Received {
    const known = this.#all.find((received) => received.format === format);
    if (known) return known;
    const added = { format, samples: 0 };
    this.#all.push(added);
    return added;
  }
}
