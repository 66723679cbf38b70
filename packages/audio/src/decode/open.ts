import { AdtsDemuxer } from '../adts/demuxer.ts';
import { CafDemuxer } from '../caf/demuxer.ts';
import type { Recognised } from '../detect.ts';
import { FlacDemuxer } from '../flac/demuxer.ts';
import { type DeclaredFormat, declaredPcm } from '../format.ts';
import { Mp3Demuxer } from '../mp3/demuxer.ts';
import { Mp4Demuxer } from '../mp4/demuxer.ts';
import type { Notices } from '../notices.ts';
import { OggDemuxer } from '../ogg/demuxer.ts';
import { OpusPacketDemuxer } from '../opus/packet-demuxer.ts';
import type { Demuxer } from '../track.ts';
import { WavDemuxer } from '../wav/demuxer.ts';
import { WebmDemuxer } from '../webm/demuxer.ts';
import type { Decoder } from './decoder.ts';
import type { CodecOptions } from './open-codec.ts';
import { PcmDecoder } from './pcm.ts';
import { TrackDecoder } from './track-decoder.ts';

interface Format {
  /** For people. */
  readonly name: string;
  readonly demuxer: () => Demuxer;
  /** A second header in mid-stream is the demuxer's own business: it may stand anywhere. */
  readonly restarts: boolean;
}

/** A new container is one more of these, and its magic in `detect.ts`. */
const formats: Record<Recognised, Format> = {
  webm: { name: 'WebM', demuxer: () => new WebmDemuxer(), restarts: true },
  webm_midway: { name: 'WebM', demuxer: () => WebmDemuxer.midway(), restarts: true },
  ogg: { name: 'Ogg', demuxer: () => new OggDemuxer(), restarts: true },
  mp4: { name: 'MP4', demuxer: () => new Mp4Demuxer(), restarts: true },
  wav: { name: 'WAV', demuxer: () => new WavDemuxer(), restarts: false },
  flac: { name: 'FLAC', demuxer: () => new FlacDemuxer(), restarts: false },
  caf: { name: 'CAF', demuxer: () => new CafDemuxer(), restarts: false },
  mp3: { name: 'MP3', demuxer: () => new Mp3Demuxer(), restarts: true },
  aac: { name: 'ADTS AAC', demuxer: () => new AdtsDemuxer(), restarts: true },
};

export const formatName = (format: Recognised): string => formats[format].name;

/** Whether a decoder of `current` takes a header of `found` in mid-stream by itself. */
export const restarts = (current: Recognised, found: Recognised): boolean =>
  formats[current].restarts && formats[current].name === formats[found].name;

export interface DecoderOptions extends CodecOptions {
  readonly notices: Notices;
}

export const openDemuxer = (format: Recognised): Demuxer => formats[format].demuxer();

/** The decoder of what the bytes turned out to be. */
export const openRecognised = (format: Recognised, options: DecoderOptions): Decoder =>
  new TrackDecoder({ ...options, demuxer: openDemuxer(format) });

/** The decoder of what the client declared. */
export function openDeclared(declared: DeclaredFormat, options: DecoderOptions): Decoder {
  const { encoding } = declared;
  if (encoding === 'opus') return new TrackDecoder({ ...options, demuxer: new OpusPacketDemuxer() });
  return new PcmDecoder(declaredPcm(encoding, declared), options.engineRate);
}
