import type { Recognised } from '../detect.ts';
import { unsupportedAudio } from '../errors.ts';
import type { DeclaredFormat } from '../format.ts';
import type { Decoder } from './decoder.ts';
import { OpusPacketDecoder } from './opus-packets.ts';
import { PcmDecoder } from './pcm.ts';
import { WebmDecoder } from './webm.ts';

const expected = 'Send WebM with Opus, or raw PCM16, 32-bit float, mu-law, A-law or Opus packets as declared.';

/** Formats that are recognised so that they are never taken for PCM, and what to say about them. */
const refusals: Record<Exclude<Recognised, 'webm'>, string> = {
  webm_fragment:
    'The WebM stream has no header: it was joined in the middle. Send it from its first byte, or start the recorder anew.',
  ogg: `Ogg is not supported yet. ${expected} In Firefox, record with the MIME type audio/webm;codecs=opus.`,
  mp4: `MP4 is not supported yet. ${expected} In Safari, record with the MIME type audio/webm;codecs=opus where it is offered.`,
  wav: `WAV is not supported yet. ${expected} From a WAV file, send the samples after its header.`,
  flac: `FLAC is not supported yet. ${expected}`,
  caf: `CAF is not supported yet. ${expected}`,
  mp3: `MP3 is not supported yet. ${expected}`,
  aac: `AAC is not supported yet. ${expected}`,
};

/** The decoder of what the bytes turned out to be. Throws `unsupported_audio` where there is none. */
export function openRecognised(format: Recognised, sampleRate: number): Decoder {
  if (format === 'webm') return new WebmDecoder(sampleRate);
  throw unsupportedAudio(refusals[format]);
}

/** The decoder of what the client declared. */
export function openDeclared(declared: DeclaredFormat, sampleRate: number): Decoder {
  const { encoding } = declared;
  if (encoding === 'opus') return new OpusPacketDecoder(sampleRate);
  return new PcmDecoder({ ...declared, encoding: encoding === 'auto' ? 'pcm16' : encoding }, sampleRate);
}
