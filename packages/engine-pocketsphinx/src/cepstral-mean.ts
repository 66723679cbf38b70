import koffi from 'koffi';

/** `feat_t` of the public header `sphinxbase/feat.h`, up to the member that is needed. */
const Features = koffi.struct({
  refcount: 'int',
  name: 'void *',
  coefficients: 'int32_t',
  streams: 'int32_t',
  streamLengths: 'void *',
  window: 'int32_t',
  subvectors: 'int32_t',
  subvectorLengths: 'void *',
  subvectorSpecification: 'void *',
  subvectorBuffer: 'void *',
  subvectorDimension: 'int32_t',
  meanKind: 'int',
  varianceNormalised: 'int32_t',
  gainKind: 'int',
  compute: 'void *',
  mean: 'void *',
});

/** `cmn_t` of `sphinxbase/cmn.h`: the mean in use, and the sum of the frames from which the next one is made. */
const Normalisation = koffi.struct({
  mean: 'void *',
  variance: 'void *',
  sum: 'void *',
  frames: 'int32_t',
  coefficients: 'int32_t',
});

/** What the decoder has learnt of voice and microphone, and may have to forget again. */
export class CepstralMean {
  readonly #pointer: unknown;
  readonly #mean: unknown;
  readonly #sum: unknown;
  readonly #size: number;
  #saved: { readonly mean: unknown; readonly sum: unknown; readonly frames: number };

  /** `features` is what `ps_get_feat` gives. Throws where the library is not laid out as the headers of this version say. */
  constructor(features: unknown) {
    const { coefficients, mean } = koffi.decode(features, Features);
    this.#pointer = mean;
    const normalisation = koffi.decode(mean, Normalisation);
    if (coefficients !== normalisation.coefficients)
      throw new Error('This is not the libsphinxbase that was expected.');
    this.#size = coefficients;
    this.#mean = normalisation.mean;
    this.#sum = normalisation.sum;
    this.#saved = this.#read();
  }

  save(): void {
    this.#saved = this.#read();
  }

  restore(): void {
    koffi.encode(this.#mean, 'float', this.#saved.mean, this.#size);
    koffi.encode(this.#sum, 'float', this.#saved.sum, this.#size);
    koffi.encode(this.#pointer, koffi.offsetof(Normalisation, 'frames'), 'int32_t', this.#saved.frames);
  }

  #read() {
    const { frames } = koffi.decode(this.#pointer, Normalisation);
    return {
      mean: koffi.decode(this.#mean, 'float', this.#size),
      sum: koffi.decode(this.#sum, 'float', this.#size),
      frames,
    };
  }
}
