import { hasText } from '../bytes.ts';
import { badAudio, unsupportedAudio } from '../errors.ts';

/** How the channels of a stream are spread over the Opus streams in each packet (RFC 7845, 5.1.1). */
export interface OpusLayout {
  readonly channels: number;
  readonly streams: number;
  readonly coupledStreams: number;
  /** For each channel, the decoded channel it takes; 255 is silence. */
  readonly mapping: readonly number[];
}

/** The identification header of an Opus stream, as Ogg and Matroska carry it. */
export interface OpusHead {
  readonly layout: OpusLayout;
  /** Samples at 48 kHz that the encoder put in front and that are not to be heard. */
  readonly preSkip: number;
  /** A factor. */
  readonly gain: number;
}

const monoLayout: OpusLayout = { channels: 1, streams: 1, coupledStreams: 0, mapping: [0] };

/** For raw packets without a header: they hold mono or stereo, which the decoder tells from each packet. */
export const plainOpusHead: OpusHead = { layout: monoLayout, preSkip: 0, gain: 1 };

const signature = 'OpusHead';
const fixedBytes = 19;
/** RFC 7845, 5.1.1: 0 mono or stereo, 1 Vorbis order, 255 no meaning given. The others are ambisonics. */
const knownFamilies = [0, 1, 255];

/** Reads an `OpusHead`. Throws `bad_audio` where it is damaged, `unsupported_audio` for ambisonics and over 8 channels. */
export function parseOpusHead(bytes: Uint8Array): OpusHead {
  if (!hasText(bytes, signature) || bytes.length < fixedBytes) {
    throw badAudio(`The Opus header is damaged: expected "${signature}" and at least ${fixedBytes} bytes.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint8(8);
  // The upper four bits are the incompatible part of the version.
  if (version >= 16) throw unsupportedAudio(`Opus header version ${version} is not supported; expected 1.`);
  const gainSteps = view.getInt16(16, true);
  return {
    layout: parseLayout(bytes, view.getUint8(9), view.getUint8(18)),
    preSkip: view.getUint16(10, true),
    // Q7.8 decibels.
    gain: 10 ** (gainSteps / (20 * 256)),
  };
}

function parseLayout(bytes: Uint8Array, channels: number, family: number): OpusLayout {
  if (!knownFamilies.includes(family)) {
    throw unsupportedAudio(`Opus channel mapping family ${family} is not supported; expected 0, 1 or 255.`);
  }
  if (channels < 1) throw badAudio('The Opus header is damaged: it states no channels.');
  const limit = family === 0 ? 2 : 8;
  if (channels > limit) {
    throw unsupportedAudio(
      `Opus with ${channels} channels in mapping family ${family} is not supported; expected 1 to ${limit}.`,
    );
  }
  // libopus mixes one coupled stream to mono itself, at less than the cost of decoding both channels.
  if (family === 0) return monoLayout;
  const streams = bytes[19] ?? 0;
  const coupledStreams = bytes[20] ?? 0;
  const mapping = Array.from(bytes.subarray(21, 21 + channels));
  const decoded = streams + coupledStreams;
  const fits = mapping.length === channels && mapping.every((source) => source === 255 || source < decoded);
  if (!fits || streams < 1 || coupledStreams > streams || decoded > 255) {
    throw badAudio('The Opus header is damaged: its channel mapping does not fit its streams.');
  }
  // More streams than the channels can name would only cost decoding time.
  if (streams > channels) {
    throw unsupportedAudio(
      `Opus with ${streams} streams for ${channels} channels is not supported; expected no more streams than channels.`,
    );
  }
  return { channels, streams, coupledStreams, mapping };
}
