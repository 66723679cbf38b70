import { unsupportedAudio } from '../errors.ts';
import { openFlac } from '../flac/codec.ts';
import { openMp3 } from '../mp3/codec.ts';
import { OpusCodec } from '../opus/codec.ts';
import { PcmCodec } from '../pcm/codec.ts';
import type { Codec, TrackFormat } from '../track.ts';
import { openVorbis } from '../vorbis/codec.ts';

/** Opens a codec for an AudioSpecificConfig. Throws `unsupported_audio` where it cannot. */
export type OpenAac = (config: Uint8Array) => Promise<Codec>;

export interface CodecOptions {
  /** Of the engine, Hz. */
  readonly engineRate: number;
  /** AAC is decoded outside of this package, if at all. */
  readonly openAac: OpenAac | undefined;
}

/** The codec of a track. Whoever opens it frees it. Throws an `AudioError`. */
export function openCodec(format: TrackFormat, { engineRate, openAac }: CodecOptions): Codec | Promise<Codec> {
  switch (format.codec) {
    case 'opus':
      return OpusCodec.open({ ...format.head, engineRate });
    case 'pcm':
      return new PcmCodec(format.format);
    case 'flac':
      return openFlac(format.streamInfo);
    case 'vorbis':
      return openVorbis(format.headers);
    case 'mp3':
      return openMp3();
    case 'aac':
      if (!openAac) throw unsupportedAudio('AAC cannot be decoded here. Send Opus, or raw PCM as declared.');
      return openAac(format.config);
    default:
      return format satisfies never;
  }
}

/** Whether a codec that decodes `a` goes on with `b` as if nothing had happened between. */
export function continues(a: TrackFormat, b: TrackFormat): boolean {
  if (a.codec === 'opus' && b.codec === 'opus') {
    return a.head.gain === b.head.gain && JSON.stringify(a.head.layout) === JSON.stringify(b.head.layout);
  }
  if (a.codec === 'aac' && b.codec === 'aac') return sameBytes(a.config, b.config);
  return a.codec === 'mp3' && b.codec === 'mp3';
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, at) => byte === b[at]);
