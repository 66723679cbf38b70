import { MPEGDecoder } from 'mpg123-decoder';

/**
 * A decoder that throws at an error instead of staying in it. `mpg123-decoder` 1.0.3 reads on after an error, and where the
 * error persists, as after a few kilobytes of bytes that are no frames, it never returns and fills the console. It asks for
 * the error's text before it writes it, and a throw from there ends it.
 */
export async function openMpg123(): Promise<MPEGDecoder> {
  // What encoders and decoders put before and behind the sound is the demuxer's to say.
  const decoder = new MPEGDecoder({ enableGapless: false });
  await decoder.ready;
  return Object.assign(decoder, {
    _getErrorMessage(code: number): never {
      throw new Error(`mpg123 gave the error ${code}.`);
    },
  });
}
