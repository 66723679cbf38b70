import { badAudio, unsupportedAudio } from '../errors.ts';
import type { PcmFormat, SampleType } from '../pcm/format.ts';

/** The tags of `WAVEFORMATEX` (Microsoft, mmreg.h) that are decoded, and how their samples are written at each width. */
const types: Readonly<Record<number, Readonly<Record<number, SampleType>>>> = {
  1: { 8: 'u8', 16: 's16le', 24: 's24le', 32: 's32le' },
  3: { 32: 'f32le', 64: 'f64le' },
  6: { 8: 'alaw' },
  7: { 8: 'mulaw' },
};

/** Says that the real tag stands in the extension (`WAVEFORMATEXTENSIBLE`), as the first two bytes of a GUID. */
const extensible = 0xfffe;
const subFormatAt = 24;

/** The least that a `fmt ` chunk holds. */
const leastBytes = 16;

const expected = 'expected PCM of 8, 16, 24 or 32 bits, float, mu-law or A-law';

/** Reads the body of a `fmt ` chunk. Throws an `AudioError` that names what stands there instead. */
export function parseWavFormat(body: Uint8Array): PcmFormat {
  if (body.length < leastBytes) {
    throw badAudio(`The WAV header is damaged: its format has ${body.length} bytes; expected at least ${leastBytes}.`);
  }
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const stated = view.getUint16(0, true);
  const tag = stated === extensible && body.length >= subFormatAt + 2 ? view.getUint16(subFormatAt, true) : stated;
  const channels = view.getUint16(2, true);
  const frameBytes = view.getUint16(12, true);
  // The width of the container, which 20 bits in 24 do not fill: the samples stand at its top.
  const bits = channels === 0 ? 0 : (frameBytes * 8) / channels;
  const type = types[tag]?.[bits];
  if (type) return { type, channels, sampleRate: view.getUint32(4, true) };
  throw unsupportedAudio(
    `The WAV audio has the format 0x${tag.toString(16)} with ${bits} bits per sample; ${expected}.`,
  );
}
