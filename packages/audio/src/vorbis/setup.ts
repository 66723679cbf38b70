import { badAudio } from '../errors.ts';
import { bitsOf, VorbisBits } from './bits.ts';
import { headerTypes, isVorbisHeader } from './identification.ts';

/**
 * What the tables of all codebooks together may hold. A header of a few KB can ask for tables of gigabytes; those of libvorbis
 * hold 88,000 at most, for six channels at its highest quality.
 */
const maxTableValues = 262_144;

/** "BCV" from its end, as the bits come. */
const codebookSync = 0x564342;

const damaged = (what: string): Error => badAudio(`The Vorbis setup header is damaged: ${what}.`);

/**
 * The modes of a setup header (Vorbis I specification, 4.2.4): for each, whether its blocks are long. All before the modes is
 * read only because nothing says how long it is, and to refuse what no decoder should be given.
 */
export function parseModes(packet: Uint8Array, channels: number): readonly boolean[] {
  if (!isVorbisHeader(packet, headerTypes[2])) throw damaged('it has another type');
  const bits = new VorbisBits(packet, 7);
  let room = maxTableValues;
  for (let left = bits.read(8) + 1; left > 0; left--) {
    room -= readCodebook(bits, room);
  }
  for (let left = bits.read(6) + 1; left > 0; left--)
    if (bits.read(16) !== 0) throw damaged('a time transform is not 0');
  for (let left = bits.read(6) + 1; left > 0; left--) readFloor(bits);
  for (let left = bits.read(6) + 1; left > 0; left--) readResidue(bits);
  for (let left = bits.read(6) + 1; left > 0; left--) readMapping(bits, channels);
  const modes: boolean[] = [];
  for (let left = bits.read(6) + 1; left > 0; left--) {
    modes.push(bits.flag());
    // Window type and transform type, always 0, and the mapping.
    if (bits.read(16) !== 0 || bits.read(16) !== 0) throw damaged('a mode has an unknown window or transform');
    bits.skip(8);
  }
  if (!bits.flag() || !bits.sound || modes.length === 0) throw damaged('it ends too early');
  return modes;
}

/** 3.2.1. Returns how many values a decoder's tables for it hold; there is room for so many. */
function readCodebook(bits: VorbisBits, room: number): number {
  if (bits.read(24) !== codebookSync) throw damaged('a codebook does not begin where one should');
  const dimensions = bits.read(16);
  const entries = bits.read(24);
  const values = entries * Math.max(1, dimensions);
  if (values > room) throw damaged(`its codebooks have more than ${maxTableValues} values`);
  readCodewordLengths(bits, entries);
  const lookup = bits.read(4);
  if (lookup > 2) throw damaged(`a codebook has the lookup type ${lookup}, at most 2 exist`);
  if (lookup > 0) {
    bits.skip(64);
    const valueBits = bits.read(4) + 1;
    bits.skip(1 + valueBits * (lookup === 1 ? latticeValues(entries, dimensions) : values));
  }
  return values;
}

function readCodewordLengths(bits: VorbisBits, entries: number): void {
  if (bits.flag()) {
    bits.skip(5);
    for (let entry = 0; entry < entries; ) {
      const run = bits.read(bitsOf(entries - entry));
      if (!(entry + run <= entries)) throw damaged('a codebook has more codewords than entries');
      entry += run;
      // Each run is for the next length, and no codeword has more than 32 bits.
      if (!bits.sound) throw damaged('it ends within a codebook');
    }
    return;
  }
  const sparse = bits.flag();
  if (!sparse) bits.skip(5 * entries);
  else for (let entry = 0; entry < entries && bits.sound; entry++) if (bits.flag()) bits.skip(5);
}

/** 9.2.3: the greatest number whose power to the dimensions is not greater than the entries. */
function latticeValues(entries: number, dimensions: number): number {
  if (dimensions === 0) return 0;
  let values = Math.floor(entries ** (1 / dimensions));
  while ((values + 1) ** dimensions <= entries) values++;
  while (values ** dimensions > entries) values--;
  return values;
}

/** 6.2.1 and 7.2.2. */
function readFloor(bits: VorbisBits): void {
  const type = bits.read(16);
  if (type === 0) {
    bits.skip(8 + 16 + 16 + 6 + 8);
    bits.skip(8 * (bits.read(4) + 1));
    return;
  }
  if (type !== 1) throw damaged('a floor has an unknown type');
  const partitionClasses = Array.from({ length: bits.read(5) }, () => bits.read(4));
  const classDimensions: number[] = [];
  for (let last = Math.max(-1, ...partitionClasses); classDimensions.length <= last; ) {
    classDimensions.push(bits.read(3) + 1);
    const subclasses = bits.read(2);
    if (subclasses > 0) bits.skip(8);
    bits.skip(8 * 2 ** subclasses);
  }
  bits.skip(2);
  const rangeBits = bits.read(4);
  for (const partitionClass of partitionClasses) bits.skip(rangeBits * classDimensions[partitionClass]);
}

/** 8.6.1. */
function readResidue(bits: VorbisBits): void {
  if (bits.read(16) > 2) throw damaged('a residue has an unknown type');
  bits.skip(24 + 24 + 24);
  const classifications = bits.read(6) + 1;
  bits.skip(8);
  let books = 0;
  for (let left = classifications; left > 0; left--) {
    const low = bits.read(3);
    const high = bits.flag() ? bits.read(5) : 0;
    for (let cascade = high * 8 + low; cascade > 0; cascade >>= 1) books += cascade & 1;
  }
  bits.skip(8 * books);
}

/** 4.2.4, "mappings". */
function readMapping(bits: VorbisBits, channels: number): void {
  if (bits.read(16) !== 0) throw damaged('a mapping has an unknown type');
  const submaps = bits.flag() ? bits.read(4) + 1 : 1;
  if (bits.flag()) {
    const coupled = bits.read(8) + 1;
    bits.skip(coupled * 2 * bitsOf(channels - 1));
  }
  if (bits.read(2) !== 0) throw damaged('a mapping uses reserved bits');
  if (submaps > 1) bits.skip(4 * channels);
  bits.skip(submaps * (8 + 8 + 8));
}
