import { badAudio, unsupportedAudio } from '../errors.ts';
import type { TrackFormat } from '../track.ts';
import { Fields } from './fields.ts';

/** Tags of descriptors (ISO/IEC 14496-1, 7.2.2.1). */
const esDescriptor = 0x03;
const decoderConfig = 0x04;
const decoderSpecificInfo = 0x05;

/** Object types (ISO/IEC 14496-1, 7.2.6.6): AAC of MPEG-4 and the profiles of MPEG-2's; MPEG-2 and MPEG-1 audio. */
const aacTypes = [0x40, 0x66, 0x67, 0x68];
const mp3Types = [0x69, 0x6b];

/** The format in an elementary stream descriptor (ISO/IEC 14496-1, 7.2.6.5), which ends with `bytes`. */
export function parseEsDescriptor(bytes: Uint8Array): TrackFormat {
  const fields = enter(new Fields(bytes, 'the elementary stream descriptor'), esDescriptor);
  fields.skip(2);
  const flags = fields.u8();
  // What the stream depends on, a URL, and the stream of its clock.
  if (flags & 0x80) fields.skip(2);
  if (flags & 0x40) fields.skip(fields.u8());
  if (flags & 0x20) fields.skip(2);
  const config = enter(fields, decoderConfig);
  const objectType = config.u8();
  if (mp3Types.includes(objectType)) return { codec: 'mp3' };
  if (!aacTypes.includes(objectType)) {
    throw unsupportedAudio(`MPEG-4 audio of the object type ${objectType} is not supported; expected AAC or MP3.`);
  }
  // Kind of stream, size of its buffer, greatest and mean bit rate.
  config.skip(12);
  const specific = config.left > 0 ? enter(config, decoderSpecificInfo).rest() : undefined;
  if (!specific || specific.length < 2) {
    throw badAudio('The AAC track has no AudioSpecificConfig of at least 2 bytes in its descriptor.');
  }
  return { codec: 'aac', config: specific.slice() };
}

/** The body of the next descriptor with this tag; others before it are passed over. */
function enter(fields: Fields, tag: number): Fields {
  for (;;) {
    const found = fields.u8();
    const body = fields.bytes(descriptorLength(fields));
    if (found === tag) return new Fields(body, `the descriptor ${tag}`);
  }
}

/** Seven bits in each byte, of which there are at most four (ISO/IEC 14496-1, 8.3.3). */
function descriptorLength(fields: Fields): number {
  let length = 0;
  for (let i = 0; i < 4; i++) {
    const byte = fields.u8();
    length = length * 128 + (byte & 0x7f);
    if (byte < 0x80) break;
  }
  return length;
}
