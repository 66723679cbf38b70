import { sampleRate } from './transcription-session.ts';

const headerBytes = 44;

/** Mono samples at the service's rate as a WAV file, in one allocation. */
export function wavFile(samples: Int16Array): Buffer<ArrayBuffer> {
  const size = samples.byteLength;
  const file = Buffer.from(new ArrayBuffer(headerBytes + size));
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(headerBytes - 8 + size, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(sampleRate, 24);
  file.writeUInt32LE(sampleRate * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(size, 40);
  file.set(new Uint8Array(samples.buffer, samples.byteOffset, size), headerBytes);
  return file;
}
