/**
 * Kaldi's filter bank as sherpa-onnx computes it for a model: 25 ms every 10 ms, Povey window, 20 to 7,600 Hz, no dither, edges
 * mirrored. Samples are from -1 to 1.
 */
export const featureDim = 40;
export const rate = 16_000;
const shift = 160;
const length = 400;
export const size = 512;

const hann = (index) => 0.5 - 0.5 * Math.cos((2 * Math.PI * index) / (length - 1));
const povey = Float64Array.from({ length }, (_, index) => hann(index) ** 0.85);
/** As the models that recognise have it. */
export const filters = makeFilters(featureDim);
const cosines = Float64Array.from({ length: size / 2 }, (_, index) => Math.cos((-2 * Math.PI * index) / size));
const sines = Float64Array.from({ length: size / 2 }, (_, index) => Math.sin((-2 * Math.PI * index) / size));
const reversed = Uint16Array.from({ length: size }, (_, index) =>
  Number.parseInt(index.toString(2).padStart(9, '0').split('').toReversed().join(''), 2),
);

/** Frames one after the other, a number for each filter of `bank`. */
export function fbank(samples, bank = filters) {
  const bins = bank.length;
  const frames = Math.floor((samples.length + shift / 2) / shift);
  const features = new Float32Array(frames * bins);
  const real = new Float64Array(size);
  const imaginary = new Float64Array(size);
  for (let frame = 0; frame < frames; frame += 1) {
    window(samples, frame * shift + shift / 2 - length / 2, real);
    imaginary.fill(0);
    transform(real, imaginary);
    for (const [bin, { first, weights }] of bank.entries()) {
      let energy = 0;
      for (let index = 0; index < weights.length; index += 1) {
        const at = first + index;
        energy += weights[index] * (real[at] * real[at] + imaginary[at] * imaginary[at]);
      }
      features[frame * bins + bin] = Math.log(Math.max(energy, 2 ** -23));
    }
  }
  return features;
}

/** One windowed frame, in the bit-reversed order that `transform` wants. */
function window(samples, from, into) {
  const frame = new Float64Array(length);
  let sum = 0;
  for (let index = 0; index < length; index += 1) {
    let at = from + index;
    while (at < 0 || at >= samples.length) at = at < 0 ? -at - 1 : 2 * samples.length - 1 - at;
    frame[index] = samples[at];
    sum += frame[index];
  }
  into.fill(0);
  const mean = sum / length;
  for (let index = length - 1; index >= 0; index -= 1) {
    const before = frame[Math.max(index - 1, 0)] - mean;
    into[reversed[index]] = (frame[index] - mean - 0.97 * before) * povey[index];
  }
}

/** Fourier transform in place, radix 2, input in bit-reversed order. */
function transform(real, imaginary) {
  for (let half = 1; half < size; half *= 2) {
    const step = size / (2 * half);
    for (let start = 0; start < size; start += 2 * half) {
      for (let index = 0; index < half; index += 1) {
        const cosine = cosines[index * step];
        const sine = sines[index * step];
        const low = start + index;
        const high = low + half;
        const re = real[high] * cosine - imaginary[high] * sine;
        const im = real[high] * sine + imaginary[high] * cosine;
        real[high] = real[low] - re;
        imaginary[high] = imaginary[low] - im;
        real[low] += re;
        imaginary[low] += im;
      }
    }
  }
}

/** Triangles of equal width on the mel scale: for each bin the `weights` of the spectrum from line `first` on. */
export function makeFilters(bins) {
  const mel = (hertz) => 1127 * Math.log(1 + hertz / 700);
  const lowest = mel(20);
  const width = (mel(rate / 2 - 400) - lowest) / (bins + 1);
  return Array.from({ length: bins }, (_, bin) => {
    const left = lowest + bin * width;
    const weights = [];
    let first = 0;
    for (let index = 0; index < size / 2; index += 1) {
      const at = (mel((index * rate) / size) - left) / width;
      if (at <= 0 || at >= 2) continue;
      if (weights.length === 0) first = index;
      weights.push(at <= 1 ? at : 2 - at);
    }
    return { first, weights: Float64Array.from(weights) };
  });
}
