/** What the SDK itself can fail with. The server's codes stand beside these and pass through unchanged. */
export const clientErrors = {
  insecure_context: 'Browsers give the microphone only to pages served over HTTPS or from localhost.',
  microphone_denied: 'The person, the browser or the system did not allow the microphone.',
  microphone_missing: 'There is no microphone, or not the one asked for.',
  microphone_in_use: 'Another program holds the microphone, or the system could not open it.',
  microphone_lost: 'The microphone was unplugged or taken away while it was in use.',
  microphone_failed: 'The browser could not bring audio from the microphone to the page.',
  tab_denied: 'The person or the browser did not allow the sound of a tab or a screen.',
  tab_silent: 'What the person chose to share comes without sound.',
  tab_unsupported: 'This browser cannot give a page the sound of a tab or a screen.',
  source_failed: 'The audio could not be read to its end.',
  audio_not_read: 'The program left audio unread for too long.',
  audio_lost: 'Audio had to be given up because the connection was lost for longer than it could be kept.',
  events_not_read: 'The program left events of the server unread for too long.',
  token_unavailable: 'The function that fetches a token failed.',
  connection_refused: 'No connection to the server came about.',
  connection_lost: 'The connection was lost, and did not come back in time.',
  connection_timeout: 'The server did not answer in time.',
  bad_answer: 'The server sent something that is not of the protocol.',
} as const satisfies Record<string, string>;

export type ClientErrorCode = keyof typeof clientErrors;

/** A code of the SDK, or one of the server's, which may know more of them than this version of the SDK. */
export type TranscriptionErrorCode = ClientErrorCode | (string & Record<never, never>);

export interface TranscriptionErrorOptions extends ErrorOptions {
  readonly retryable?: boolean;
}

/** An error with a code to act on; `message` is a sentence for people. */
export class TranscriptionError extends Error {
  override readonly name = 'TranscriptionError';
  readonly code: TranscriptionErrorCode;
  /** Whether the same may succeed a little later. */
  readonly retryable: boolean;

  constructor(code: TranscriptionErrorCode, message: string, options: TranscriptionErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}
