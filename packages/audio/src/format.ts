import { unsupportedAudio } from './errors.ts';

/** Encodings that no byte pattern gives away, so that the client has to declare them. `opus` is one packet per message. */
export const rawEncodings = ['pcm16', 'pcm_f32', 'mulaw', 'alaw', 'opus'] as const;

export type RawEncoding = (typeof rawEncodings)[number];

/** The encodings that are a sequence of samples, without packets. */
export type PcmEncoding = Exclude<RawEncoding, 'opus'>;

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

/** Throws `unsupported_audio` unless the declared format is one that `Intake` can decode. */
export function checkDeclaredFormat(declared: DeclaredFormat): void {
  checkSampleRate(declared.sampleRate);
  const { channels, encoding } = declared;
  // A raw Opus packet holds one stream, which is mono or stereo (RFC 6716, 3.1).
  const limit = encoding === 'opus' ? 2 : maxChannels;
  if (Number.isInteger(channels) && channels >= 1 && channels <= limit) return;
  throw unsupportedAudio(
    `${channels} channels are not supported for ${encoding}; expected a whole number from 1 to ${limit}.`,
  );
}
