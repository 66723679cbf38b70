import { asciiBytes } from '../bytes.ts';

const headerBytes = 44;
const pcmTag = 1;
const sampleBytes = 2;

/** Mono samples as a WAV file of 16 bits, in one allocation. `sampleRate` in Hz. */
export function wavFile(samples: Int16Array, sampleRate: number): Uint8Array<ArrayBuffer> {
  const size = samples.byteLength;
  const file = new Uint8Array(headerBytes + size);
  const view = new DataView(file.buffer);
  file.set(asciiBytes('RIFF'), 0);
  view.setUint32(4, headerBytes - 8 + size, true);
  file.set(asciiBytes('WAVEfmt '), 8);
  view.setUint32(16, 16, true);
  view.setUint16(20, pcmTag, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * sampleBytes, true);
  view.setUint16(32, sampleBytes, true);
  view.setUint16(34, 8 * sampleBytes, true);
  file.set(asciiBytes('data'), 36);
  view.setUint32(40, size, true);
  file.set(new Uint8Array(samples.buffer, samples.byteOffset, size), headerBytes);
  return file;
}
