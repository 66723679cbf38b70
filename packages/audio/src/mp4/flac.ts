import { badAudio } from '../errors.ts';
import { streamInfoBytes } from '../flac/stream-info.ts';
import { fullBox } from './box.ts';

const streamInfoType = 0;

/** The `dfLa` box: the metadata blocks of FLAC, of which the first is STREAMINFO (RFC 9639, 8.1 and 8.2). A copy. */
export function parseFlacSpecificBox(body: Uint8Array): Uint8Array {
  const { fields } = fullBox(body, 'dfLa');
  // The highest bit says that no other block follows.
  const type = fields.u8() & 0x7f;
  const length = fields.u8() * 65_536 + fields.u16();
  if (type === streamInfoType && length === streamInfoBytes) return fields.bytes(length).slice();
  throw badAudio(
    `The FLAC track begins with a block of type ${type} and ${length} bytes; expected STREAMINFO with ${streamInfoBytes}.`,
  );
}
