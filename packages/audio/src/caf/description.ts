import { asciiBytes } from '../bytes.ts';
import { badAudio, unsupportedAudio } from '../errors.ts';
import { parseEsDescriptor } from '../mp4/esds.ts';
import { Fields } from '../mp4/fields.ts';
import { floating, integer } from '../mp4/pcm-entry.ts';
import { type OpusHead, parseOpusHead, plainOpusHead } from '../opus/head.ts';
import type { SampleType } from '../pcm/format.ts';
import type { TrackFormat } from '../track.ts';

/** The `desc` chunk (Core Audio Format Specification, "Audio Description Chunk"). */
export interface Description {
  readonly sampleRate: number;
  readonly codec: string;
  readonly flags: number;
  /** 0 where packets differ. */
  readonly bytesPerPacket: number;
  /** 0 where packets differ. */
  readonly framesPerPacket: number;
  readonly channels: number;
  readonly bits: number;
}

export function parseDescription(bytes: Uint8Array): Description {
  const fields = new Fields(bytes, 'the CAF chunk desc');
  const description = {
    sampleRate: fields.f64(),
    codec: fields.type(),
    flags: fields.u32(),
    bytesPerPacket: fields.u32(),
    framesPerPacket: fields.u32(),
    channels: fields.u32(),
    bits: fields.u32(),
  };
  const { sampleRate, channels } = description;
  if (Number.isFinite(sampleRate) && sampleRate > 0 && channels > 0) return description;
  throw badAudio(`The CAF stream is damaged: ${channels} channels at ${sampleRate} Hz.`);
}

const isFloat = 1;
const isLittleEndian = 2;

/** The format of the audio; `cookie` is the body of the `kuki` chunk. Throws `unsupported_audio` for other codecs. */
export function formatOf(description: Description, cookie: Uint8Array | undefined): TrackFormat {
  const { codec, sampleRate, channels } = description;
  switch (codec) {
    case 'lpcm':
      return { codec: 'pcm', format: { type: linearType(description), sampleRate, channels } };
    case 'ulaw':
      return { codec: 'pcm', format: { type: 'mulaw', sampleRate, channels } };
    case 'alaw':
      return { codec: 'pcm', format: { type: 'alaw', sampleRate, channels } };
    case 'opus':
      return { codec: 'opus', head: opusHead(channels, cookie) };
    case 'aac ':
      return aac(cookie);
    case '.mp3':
      return { codec: 'mp3' };
    default:
      throw unsupportedAudio(
        `The CAF audio is in the codec ${JSON.stringify(codec)}; expected PCM, mu-law, A-law, Opus, AAC or MP3.`,
      );
  }
}

function linearType({ flags, bits, channels, bytesPerPacket, framesPerPacket }: Description): SampleType {
  const type = (flags & isFloat ? floating : integer)(bits, (flags & isLittleEndian) !== 0);
  if (framesPerPacket === 1 && bytesPerPacket === (bits / 8) * channels) return type;
  throw unsupportedAudio(
    `CAF with PCM of ${bits} bits in packets of ${bytesPerPacket} bytes for ${channels} channels is not supported; expected samples without padding.`,
  );
}

const opusSignature = asciiBytes('OpusHead');

/** Apple's recorders write no `OpusHead`, or something else in its place. */
function opusHead(channels: number, cookie: Uint8Array | undefined): OpusHead {
  if (cookie && opusSignature.every((code, i) => cookie[i] === code)) return parseOpusHead(cookie);
  if (channels <= 2) return plainOpusHead;
  throw unsupportedAudio(`CAF with Opus of ${channels} channels needs an OpusHead in its chunk kuki.`);
}

/** With this tag an elementary stream descriptor begins; an AudioSpecificConfig never does, it would be of no object type. */
const esDescriptorTag = 3;

function aac(cookie: Uint8Array | undefined): TrackFormat {
  if (cookie && cookie.length >= 2) {
    return cookie[0] === esDescriptorTag ? parseEsDescriptor(cookie) : { codec: 'aac', config: cookie };
  }
  throw badAudio('The CAF stream with AAC has no chunk kuki with an AudioSpecificConfig before its audio.');
}
