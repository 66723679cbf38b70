/** Samples whose values say where they stand, modulo 65,536. */
export function rulerSamples(from: number, count: number): Int16Array<ArrayBuffer> {
  return Int16Array.from({ length: count }, (_, index) => from + index);
}

export const bytesOf = (samples: Int16Array<ArrayBuffer>) => new Uint8Array(samples.buffer);

/** `seconds` of ruler audio in pieces of uneven length, each in a turn of the event loop of its own. */
export async function* rulerStream(seconds: number, rate: number, random: () => number = () => 0.5) {
  for (let at = 0; at < seconds * rate; ) {
    const count = Math.min(1 + Math.floor(random() * 0.04 * rate), seconds * rate - at);
    yield bytesOf(rulerSamples(at, count));
    at += count;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Which sample is not in its place, of audio that begins at sample `from`; -1 if all are. */
export function firstWrong(audio: readonly Buffer[], from = 0): number {
  return audio.findIndex((unit, index) => unit.length !== 2 || unit.readInt16LE() !== ((from + index) << 16) >> 16);
}
