/** What the SDK itself can fail with. The server's codes stand beside these and pass through unchanged. */
export const clientErrors = {
  insecure_context: 'Browsers give the microphone only to pages served over HTTPS or from localhost.',
  microphone_denied: 'The person, the browser or the system did not allow the microphone.',
  microphone_missing: 'There is no microphone, or not the one asked for.',
  microphone_in_use: 'Another program holds the microphone, or the system could not open it.',
  microphone_lost: 'The microphone was unplugged or taken away while it was in use.',
  microphone_failed: 'The browser could not bring audio from the microphone to the page.',
  audio_not_read: 'The program left audio of the microphone unread for too long.',
  events_not_read: 'The program left events of the server unread for too long.',
  connection_refused: 'No connection to the server came about.',
  connection_lost: 'The connection ended before the conversation did.',
  connection_timeout: 'The server did not answer in time.',
  connection_too_slow: 'The network takes audio more slowly than it is spoken, and the buffer for that is full.',
  bad_answer: 'The server sent something that is not of the protocol.',
} as const satisfies Record<string, string>;

export type ClientErrorCode = keyof typeof clientErrors;

/** A code of the SDK, or one of the server's, which may know more of them than this version of the SDK. */
export type TranscriptionErrorCode = ClientErrorCode | (string & Record<never, never>);

/** An error with a code to act on; `message` is a sentence for people. */
export class TranscriptionError extends Error {
  override readonly name = 'TranscriptionError';
  readonly code: TranscriptionErrorCode;

  constructor(code: TranscriptionErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
