import { badAudio } from '../errors.ts';
import { parseOpusHead } from '../opus/head.ts';
import type { SampleType } from '../pcm/format.ts';
import type { TrackFormat } from '../track.ts';

/** What a track entry says of its sound. */
export interface TrackSound {
  /** Hz. */
  readonly sampleRate: number;
  readonly channels: number;
  /** Of PCM; 0 where it is not stated. */
  readonly bits: number;
  readonly codecPrivate: Uint8Array | undefined;
}

type ReadFormat = (sound: TrackSound) => TrackFormat | undefined;

/** The codec identifiers of Matroska that are decoded (IETF draft-ietf-cellar-codec). */
const codecs: Readonly<Record<string, ReadFormat>> = {
  A_OPUS: ({ codecPrivate }) => ({ codec: 'opus', head: parseOpusHead(needed(codecPrivate, 'Opus')) }),
  'A_PCM/INT/LIT': pcm({ 8: 'u8', 16: 's16le', 24: 's24le', 32: 's32le' }),
  'A_PCM/INT/BIG': pcm({ 8: 'u8', 16: 's16be', 24: 's24be', 32: 's32be' }),
  'A_PCM/FLOAT/IEEE': pcm({ 32: 'f32le', 64: 'f64le' }),
  A_FLAC: ({ codecPrivate }) => ({ codec: 'flac', streamInfo: readStreamInfo(needed(codecPrivate, 'FLAC')) }),
  A_VORBIS: ({ codecPrivate }) => ({ codec: 'vorbis', headers: readVorbisHeaders(needed(codecPrivate, 'Vorbis')) }),
  A_AAC: ({ codecPrivate }) => ({ codec: 'aac', config: needed(codecPrivate, 'AAC').slice() }),
  'A_MPEG/L3': () => ({ codec: 'mp3' }),
};

export const codecsExpected = 'expected Opus, PCM, FLAC, Vorbis, AAC or MP3';

/** The track's format; `undefined` for a codec that is not decoded. Throws `bad_audio` where its header is damaged. */
export const readTrackFormat = (codec: string, sound: TrackSound): TrackFormat | undefined =>
  Object.hasOwn(codecs, codec) ? codecs[codec](sound) : undefined;

function pcm(types: Readonly<Record<number, SampleType>>): ReadFormat {
  return ({ sampleRate, channels, bits }) => {
    const type = types[bits];
    return type && { codec: 'pcm', format: { type, sampleRate: Math.round(sampleRate), channels } };
  };
}

function needed(codecPrivate: Uint8Array | undefined, codec: string): Uint8Array {
  if (codecPrivate) return codecPrivate;
  throw badAudio(`The WebM stream is damaged: its ${codec} track has no ${codec} header (CodecPrivate).`);
}

/** `fLaC`, then the header of the first metadata block, then the STREAMINFO of 34 bytes (RFC 9639, 8). */
function readStreamInfo(codecPrivate: Uint8Array): Uint8Array {
  const streamInfo = codecPrivate.slice(8, 42);
  if (streamInfo.length === 34) return streamInfo;
  throw badAudio('The WebM stream is damaged: its FLAC header is incomplete.');
}

/** Three packets with Xiph lacing: their number less one, then the sizes of the first two. */
function readVorbisHeaders(codecPrivate: Uint8Array): [Uint8Array, Uint8Array, Uint8Array] {
  let at = 1;
  const size = (): number => {
    let sum = 0;
    while (codecPrivate[at] === 255) sum += codecPrivate[at++];
    return sum + (codecPrivate[at++] ?? Number.NaN);
  };
  const first = size();
  const second = size();
  if (codecPrivate[0] !== 2 || !(at + first + second < codecPrivate.length)) {
    throw badAudio('The WebM stream is damaged: its Vorbis headers are incomplete.');
  }
  const [a, b] = [at + first, at + first + second];
  return [codecPrivate.slice(at, a), codecPrivate.slice(a, b), codecPrivate.slice(b)];
}
