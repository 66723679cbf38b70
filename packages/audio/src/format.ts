import { unsupportedAudio } from './errors.ts';
import type { PcmFormat, SampleType } from './pcm/format.ts';

/** What raw PCM is called on the wire, and how its samples are written. */
const pcmEncodings = {
  pcm16: 's16le',
  pcm16be: 's16be',
  pcm_f32: 'f32le',
  mulaw: 'mulaw',
  alaw: 'alaw',
} as const satisfies Record<string, SampleType>;

/** The encodings that are a sequence of samples, without packets. */
export type PcmEncoding = keyof typeof pcmEncodings;

/** Encodings that no byte pattern gives away, so that the client has to declare them. `opus` is one packet per message. */
export const rawEncodings = ['pcm16', 'pcm16be', 'pcm_f32', 'mulaw', 'alaw', 'opus'] as const satisfies readonly (
  | PcmEncoding
  | 'opus'
)[];

export type RawEncoding = (typeof rawEncodings)[number];

/** What the client says it sends. `auto` leaves it to the bytes: a container that is recognised, otherwise `pcm16`. */
export interface DeclaredFormat {
  readonly encoding: 'auto' | RawEncoding;
  /** Hz; of raw PCM only, a container states its own. */
  readonly sampleRate: number;
  /** Interleaved; of raw PCM only, a container states its own. */
  readonly channels: number;
}

/** Below telephony nothing is worth recognising; above the highest rate of studio hardware it is a mistake. */
export const minSampleRate = 8_000;
export const maxSampleRate = 192_000;
/** 7.1 is the widest layout that recorders offer. */
export const maxChannels = 8;

/** Throws `unsupported_audio` unless the rate (Hz) is a whole number within the limits. */
export function checkSampleRate(sampleRate: number): void {
  if (Number.isInteger(sampleRate) && sampleRate >= minSampleRate && sampleRate <= maxSampleRate) return;
  throw unsupportedAudio(
    `The sample rate ${sampleRate} Hz is not supported; expected a whole number from ${minSampleRate} to ${maxSampleRate}.`,
  );
}

/** Throws `unsupported_audio` unless there are 1 to `limit` channels. */
export function checkChannels(channels: number, encoding: string, limit = maxChannels): void {
  if (Number.isInteger(channels) && channels >= 1 && channels <= limit) return;
  throw unsupportedAudio(
    `${channels} channels are not supported for ${encoding}; expected a whole number from 1 to ${limit}.`,
  );
}

/** Throws `unsupported_audio` unless the declared format is one that `Intake` can decode. */
export function checkDeclaredFormat({ encoding, sampleRate, channels }: DeclaredFormat): void {
  checkSampleRate(sampleRate);
  // A raw Opus packet holds one stream, which is mono or stereo (RFC 6716, 3.1).
  checkChannels(channels, encoding, encoding === 'opus' ? 2 : maxChannels);
}

/** The samples of raw PCM as declared; `auto` is `pcm16`. */
export const declaredPcm = (
  encoding: 'auto' | PcmEncoding,
  { sampleRate, channels }: Pick<DeclaredFormat, 'sampleRate' | 'channels'>,
): PcmFormat => ({ type: pcmEncodings[encoding === 'auto' ? 'pcm16' : encoding], sampleRate, channels });
