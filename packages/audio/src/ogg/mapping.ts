import { hasText } from '../bytes.ts';
import { parseFrameHeader } from '../flac/header.ts';
import { parseStreamInfo, streamInfoBytes } from '../flac/stream-info.ts';
import { type OpusHead, parseOpusHead, plainOpusHead } from '../opus/head.ts';
import { statedSamples } from '../opus/packet.ts';
import type { TrackFormat } from '../track.ts';
import { BlockSizes } from '../vorbis/blocks.ts';
import { headerTypes, isVorbisHeader, parseIdentification } from '../vorbis/identification.ts';
import { parseModes } from '../vorbis/setup.ts';

/** What packets of a stream are, once its headers have been read. */
export interface Audio {
  readonly format: TrackFormat;
  /** Granules in a second. */
  readonly clockRate: number;
  /** Granules that a packet takes, which depends on those before; it is called for each one, in their order. */
  samplesOf(packet: Uint8Array): number;
  /** The fewest and the most granules that the next packets may take each; absent while nothing can be said. */
  readonly expected: { readonly least: number; readonly most: number } | undefined;
}

/** How a codec lies in Ogg. */
export interface Mapping {
  /** Known from the first packet on, or only after more headers. */
  readonly audio: Audio | undefined;
  /** Whether a packet that begins with these bytes is a header. */
  isHeader(start: Uint8Array): boolean;
  /** Whether a header is needed in full, or may pass by. */
  readonly wantsHeader: boolean;
  header(packet: Uint8Array): void;
}

/** The mapping of a stream that begins with this packet; `undefined` for one that is not decoded. */
export function mappingOf(first: Uint8Array): Mapping | undefined {
  if (hasText(first, 'OpusHead')) return opusMapping(parseOpusHead(first));
  if (hasText(first, '\x7fFLAC')) return flacMapping(first);
  if (isVorbisHeader(first, headerTypes[0])) return new VorbisMapping(first);
  return undefined;
}

/** Opus that was joined after its header. */
export const joinedOpus = (): Mapping => opusMapping(plainOpusHead);

const noHeader = (): void => {};

/** RFC 7845, 4 and 5.2: the second packet, `OpusTags`, is not needed. Granules are samples at 48 kHz whatever the input was. */
function opusMapping(head: OpusHead): Mapping {
  const audio = new Steady({ codec: 'opus', head }, 48_000, statedSamples);
  return { audio, isHeader: (start) => hasText(start, 'OpusTags'), wantsHeader: false, header: noHeader };
}

/** RFC 9639, 10.1: five bytes of name, two of version, two of count, `fLaC` and a block header stand before STREAMINFO. */
const flacPrefixBytes = 5 + 2 + 2 + 4 + 4;

/** The other headers are metadata blocks, none of which begins with the 0xFF of a frame. */
function flacMapping(first: Uint8Array): Mapping {
  const streamInfo = first.slice(flacPrefixBytes, flacPrefixBytes + streamInfoBytes);
  const info = parseStreamInfo(streamInfo);
  const blockSize = (frame: Uint8Array): number => {
    const header = parseFrameHeader(frame, info);
    return header === undefined || header === 'incomplete' ? 0 : header.blockSize;
  };
  const audio = new Steady({ codec: 'flac', streamInfo }, info.sampleRate, blockSize);
  return { audio, isHeader: (start) => start[0] !== 0xff, wantsHeader: false, header: noHeader };
}

/** Packets that state how long they sound, and are mostly equally long. */
class Steady implements Audio {
  readonly format: TrackFormat;
  readonly clockRate: number;
  readonly #stated: (packet: Uint8Array) => number;
  #last: number | undefined;

  constructor(format: TrackFormat, clockRate: number, stated: (packet: Uint8Array) => number) {
    this.format = format;
    this.clockRate = clockRate;
    this.#stated = stated;
  }

  samplesOf(packet: Uint8Array): number {
    this.#last = this.#stated(packet);
    return this.#last;
  }

  get expected(): { least: number; most: number } | undefined {
    return this.#last === undefined ? undefined : { least: this.#last, most: this.#last };
  }
}

/** Vorbis I specification, 4.2 and A.2: three headers, which begin with an odd byte, as no audio does. */
class VorbisMapping implements Mapping {
  readonly #first: Uint8Array;
  #comment: Uint8Array | undefined;
  audio: Audio | undefined;

  constructor(first: Uint8Array) {
    parseIdentification(first);
    this.#first = first.slice();
  }

  get wantsHeader(): boolean {
    return this.audio === undefined;
  }

  isHeader(start: Uint8Array): boolean {
    return (start[0] & 1) === 1;
  }

  header(packet: Uint8Array): void {
    if (isVorbisHeader(packet, headerTypes[1])) this.#comment = packet.slice();
    if (this.#comment && isVorbisHeader(packet, headerTypes[2])) {
      this.audio = vorbisAudio([this.#first, this.#comment, packet.slice()]);
    }
  }
}

function vorbisAudio(headers: readonly [Uint8Array, Uint8Array, Uint8Array]): Audio {
  const identification = parseIdentification(headers[0]);
  const blocks = new BlockSizes(identification, parseModes(headers[2], identification.channels));
  return {
    format: { codec: 'vorbis', headers },
    clockRate: identification.sampleRate,
    expected: blocks.bounds,
    samplesOf: (packet) => {
      const samples = blocks.samplesOf(packet);
      blocks.advance(packet);
      return samples;
    },
  };
}
