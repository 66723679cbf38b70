import { asciiBytes } from '../bytes.ts';
import { unsupportedAudio } from '../errors.ts';
import { type OpusHead, parseOpusHead } from '../opus/head.ts';
import { Fields } from './fields.ts';

/** The `dOps` box: the fields of an `OpusHead` (RFC 7845, 5.1), but big-endian and with version 0 ("Opus in ISOBMFF", 4.3.2). */
export function parseOpusSpecificBox(body: Uint8Array): OpusHead {
  const fields = new Fields(body, 'the MP4 box dOps');
  const version = fields.u8();
  if (version !== 0) throw unsupportedAudio(`Version ${version} of Opus in MP4 is not supported; expected 0.`);
  const channels = fields.u8();
  const preSkip = fields.u16();
  const inputRate = fields.u32();
  const gain = fields.u16();
  const family = fields.u8();
  const mapping = fields.rest();
  const head = new Uint8Array(19 + mapping.length);
  const view = new DataView(head.buffer);
  head.set(asciiBytes('OpusHead'));
  head.set([1, channels], 8);
  view.setUint16(10, preSkip, true);
  view.setUint32(12, inputRate, true);
  view.setUint16(16, gain, true);
  head[18] = family;
  head.set(mapping, 19);
  return parseOpusHead(head);
}
