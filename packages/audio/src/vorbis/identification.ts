import { hasText } from '../bytes.ts';
import { badAudio, unsupportedAudio } from '../errors.ts';
import { checkChannels, checkSampleRate } from '../format.ts';

/** What the first header says (Vorbis I specification, 4.2.2). */
export interface Identification {
  readonly channels: number;
  /** Hz. */
  readonly sampleRate: number;
  /** Samples in a short and in a long block. */
  readonly blockSizes: readonly [number, number];
}

/** The first header as long as it is stated to be. */
export const identificationBytes = 30;

/** The types of the three headers, which stand in front of "vorbis" (Vorbis I specification, 4.2.1). */
export const headerTypes = [1, 3, 5] as const;

/** Whether the packet is a header of that type. */
export const isVorbisHeader = (packet: Uint8Array, type: number): boolean =>
  packet[0] === type && hasText(packet, 'vorbis', 1);

/** Reads an identification header. Throws `bad_audio` where it is damaged, `unsupported_audio` for what is out of limits. */
export function parseIdentification(packet: Uint8Array): Identification {
  if (!isVorbisHeader(packet, headerTypes[0]) || packet.length < identificationBytes) {
    throw badAudio(`The Vorbis header is damaged: expected "vorbis" and ${identificationBytes} bytes.`);
  }
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const version = view.getUint32(7, true);
  if (version !== 0) throw unsupportedAudio(`Vorbis version ${version} is not supported; expected 0.`);
  const channels = view.getUint8(11);
  const sampleRate = view.getUint32(12, true);
  checkChannels(channels, 'Vorbis');
  checkSampleRate(sampleRate);
  const exponents = view.getUint8(28);
  const [short, long] = [exponents & 15, exponents >> 4];
  if (short < 6 || long > 13 || short > long) {
    throw badAudio(`The Vorbis header is damaged: blocks of 2^${short} and 2^${long} samples, expected 2^6 to 2^13.`);
  }
  return { channels, sampleRate, blockSizes: [1 << short, 1 << long] };
}
