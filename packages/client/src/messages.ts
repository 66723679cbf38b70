/** What the server says of the session when it begins. */
export interface SessionInfo {
  readonly id: string;
  readonly engine: string | undefined;
  readonly model: string | undefined;
  /** ISO 639, or `auto`. */
  readonly language: string | undefined;
  /** Whether the session outlives a lost connection. */
  readonly resumable: boolean;
}

/** Times are seconds of audio since the session's first sample. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Word extends Span {
  readonly word: string;
  /** 0 to 1. */
  readonly confidence?: number;
}

/** The best text so far of the open segment: the whole text, which replaces the one before. */
export interface PartialEvent extends Span {
  readonly kind: 'partial';
  readonly segment: number;
  readonly text: string;
}

/** The text of a closed segment; empty where the engine took noise for speech. */
export interface FinalEvent extends Span {
  readonly kind: 'final';
  readonly segment: number;
  readonly text: string;
  readonly words?: readonly Word[];
  /** Who spoke, where the engine tells voices apart. */
  readonly speaker?: string;
  /** 0 to 1. */
  readonly confidence?: number;
}

/** The words of a segment whose final came without them. */
export interface WordsEvent {
  readonly kind: 'words';
  readonly segment: number;
  readonly words: readonly Word[];
}

/** Something about the audio that is good to know; the session goes on. */
export interface NoticeEvent {
  readonly kind: 'notice';
  readonly code: string;
  readonly message: string;
  /** Where the audio had come to, in seconds. */
  readonly start: number | undefined;
}

/** Something went wrong. Unless it is `fatal` the session goes on. */
export interface ErrorEvent {
  readonly kind: 'error';
  readonly code: string;
  readonly message: string;
  /** The segment that is closed by this without a text. */
  readonly segment: number | undefined;
  /** The part of the audio that has no transcript, in seconds, where it concerns a part only. */
  readonly start: number | undefined;
  readonly end: number | undefined;
  /** Whether the transcription is over, or will be as soon as the last finals are here. */
  readonly fatal: boolean;
}

/** Everything said has its final. */
export interface EndedEvent {
  readonly kind: 'ended';
  /** Seconds of audio. */
  readonly duration: number | undefined;
}

export type TranscriptionEvent = PartialEvent | FinalEvent | WordsEvent | NoticeEvent | ErrorEvent | EndedEvent;

/** The answer to a start message. */
export interface StartedMessage {
  readonly kind: 'started';
  readonly session: SessionInfo;
  /** Seconds of audio that the server has, where a session was resumed. */
  readonly received: number | undefined;
  /** The server says something at least so often, in seconds. */
  readonly heartbeatSeconds: number | undefined;
}

/** The audio before `through`, in seconds, need not be sent again, whatever happens. */
export interface CoveredMessage {
  readonly kind: 'covered';
  readonly through: number;
}

export type ServerMessage = TranscriptionEvent | StartedMessage | CoveredMessage;

export interface Received {
  readonly message: ServerMessage;
  /** The number of a logged event, which a client that comes back names. */
  readonly seq: number | undefined;
}
