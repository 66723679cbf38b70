export type AudioErrorCode = 'bad_audio' | 'unsupported_audio' | 'decoder_busy';

/**
 * Audio that cannot be turned into samples. `bad_audio`: the bytes are not what they claim to be. `unsupported_audio`:
 * they may be well, but this package does not decode them. `decoder_busy`: they may be decoded a little later. `message` is a sentence for the person who sent them.
 */
export class AudioError extends Error {
  override readonly name = 'AudioError';
  readonly code: AudioErrorCode;

  constructor(code: AudioErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export const badAudio = (message: string, options?: ErrorOptions): AudioError =>
  new AudioError('bad_audio', message, options);

export const decoderBusy = (message: string): AudioError => new AudioError('decoder_busy', message);

export const unsupportedAudio = (message: string): AudioError => new AudioError('unsupported_audio', message);
