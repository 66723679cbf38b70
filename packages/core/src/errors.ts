/** Every error a client can be told, once: its code, and whether the same request may succeed a little later. */
export const errorTable = {
  unauthorized: { retryable: false, means: 'The server wants a key or a token, and this is none that it knows.' },
  token_expired: { retryable: false, means: 'The token was good and has expired; a new one does.' },
  forbidden: { retryable: false, means: 'The key or token, or the page that it is used by, may not do this.' },
  auth_unavailable: { retryable: true, means: 'What tokens are checked by cannot be had just now.' },
  too_many_sessions: {
    retryable: true,
    means: 'As many are live as are allowed: of the key, of the address, or in all.',
  },
  too_many_watchers: { retryable: true, means: 'As many follow sessions at this server as are allowed.' },
  quota_exceeded: { retryable: false, means: 'The minutes of the day that the key may use are used up.' },
  session_too_long: { retryable: false, means: 'The session has lasted as long as it may.' },
  too_slow: { retryable: true, means: 'The client took too long to send one message, or to read what waits for it.' },
  bad_message: { retryable: false, means: 'The message could not be read: not JSON, or not of the expected form.' },
  bad_value: { retryable: false, means: 'A member or query parameter has a value that is not allowed.' },
  unknown_action: { retryable: false, means: 'The action is none that this protocol knows.' },
  not_started: { retryable: false, means: 'Audio or an action came before the start message.' },
  already_started: { retryable: false, means: 'A second start message; the session goes on unchanged.' },
  start_timeout: { retryable: true, means: 'No start message came within the time allowed.' },
  idle_timeout: { retryable: true, means: 'The client sent nothing for too long.' },
  message_too_big: { retryable: false, means: 'One message exceeded the size limit.' },
  bad_audio: { retryable: false, means: 'The bytes could not be decoded as the audio they claim to be.' },
  unsupported_audio: { retryable: false, means: 'The audio is in a format that this server does not decode.' },
  decoder_busy: { retryable: true, means: 'As many streams of this format are being decoded as the server allows.' },
  unsupported_language: { retryable: false, means: 'The engine in force does not know the language asked for.' },
  engine_unavailable: { retryable: true, means: 'The server has no recognition engine to offer.' },
  engine_busy: { retryable: true, means: 'Every recogniser is in use.' },
  engine_refused: { retryable: false, means: 'The engine refused the session as it was asked for.' },
  engine_auth: { retryable: false, means: "The engine did not accept the server's credentials." },
  engine_quota: { retryable: true, means: 'The engine has no quota left, or limits the rate.' },
  engine_unreachable: { retryable: true, means: 'The engine could not be reached.' },
  engine_lost: { retryable: true, means: 'The engine went away during the session.' },
  engine_timeout: { retryable: true, means: 'The engine did not answer in time.' },
  utterance_failed: { retryable: false, means: 'The engine could not transcribe one utterance; the session goes on.' },
  session_unknown: { retryable: false, means: 'There is no session with this id, or none that can be resumed.' },
  session_moved: { retryable: false, means: 'Another connection has resumed this session.' },
  store_unavailable: { retryable: true, means: 'The store of transcripts cannot be reached just now.' },
  store_fenced: { retryable: false, means: 'Another server has taken this session over.' },
  store_bad_cursor: { retryable: false, means: 'The cursor is none that this server has given.' },
  shutting_down: { retryable: true, means: 'The server is stopping.' },
  internal: { retryable: true, means: 'A fault of the server; its log has the details.' },
} as const satisfies Record<string, { readonly retryable: boolean; readonly means: string }>;

export type ErrorCode = keyof typeof errorTable;

type CodesStarting<Prefix extends string> = Extract<ErrorCode, `${Prefix}${string}`>;

/** The codes an engine may throw. */
export type EngineErrorCode = CodesStarting<'engine_'> | 'unsupported_language' | 'utterance_failed';

export type TranscribeErrorOptions = ErrorOptions & {
  /** Overrides what the code's row says. */
  readonly retryable?: boolean;
};

/** An error with a code a client can act on. `message` is a sentence for people and holds no secret. */
export class TranscribeError extends Error {
  override readonly name: string = 'TranscribeError';
  readonly code: ErrorCode;
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, options: TranscribeErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.retryable = options.retryable ?? errorTable[code].retryable;
  }
}

/** The client did something that the protocol does not allow. */
export class ClientError extends TranscribeError {
  override readonly name = 'ClientError';
}

export type EngineErrorOptions = TranscribeErrorOptions & {
  /** How long the engine asks to be left alone. */
  readonly retryAfterMs?: number;
};

/** The engine failed. Adapters throw it; the session alone decides whether to try again. */
export class EngineError extends TranscribeError {
  override readonly name = 'EngineError';
  readonly retryAfterMs: number | undefined;

  constructor(code: EngineErrorCode, message: string, options: EngineErrorOptions = {}) {
    super(code, message, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

export type StoreErrorCode = CodesStarting<'store_'>;

/** The store failed. */
export class StoreError extends TranscribeError {
  override readonly name = 'StoreError';

  constructor(code: StoreErrorCode, message: string, options: TranscribeErrorOptions = {}) {
    super(code, message, options);
  }
}

/** Any thrown value as a `TranscribeError`; what is not one already becomes `internal`, keeping the value as its cause. */
export function asTranscribeError(thrown: unknown): TranscribeError {
  if (thrown instanceof TranscribeError) return thrown;
  return new TranscribeError('internal', 'The server met an unexpected fault.', { cause: thrown });
}
