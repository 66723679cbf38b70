export type { SubscriptionOptions } from './async/subscription.ts';
export { Subscription } from './async/subscription.ts';
export type { TimeLimit } from './async/time-limit.ts';
export { withTimeLimit } from './async/time-limit.ts';
export type { EngineErrorCode, EngineErrorOptions, ErrorCode, TranscribeErrorOptions } from './errors.ts';
export { asTranscribeError, ClientError, EngineError, errorTable, TranscribeError } from './errors.ts';
export type {
  ClientProtocol,
  Command,
  Frame,
  ProtocolCodec,
  SessionRequest,
} from './ports/client-protocol.ts';
export type { Clock } from './ports/clock.ts';
export { systemClock } from './ports/clock.ts';
export type {
  Engine,
  EngineEvent,
  EngineFeatures,
  EngineReadiness,
  EngineSession,
  RecognitionOptions,
  TimedWord,
  TranscribeOptions,
  Transcription,
  TurnOptions,
  Usage,
  Word,
} from './ports/engine.ts';
export { EngineEvents } from './ports/engine-events.ts';
export type {
  ChangeReason,
  EventFault,
  LoggedEvent,
  LoggedFact,
  Partial,
  Seq,
  SessionEvent,
  TimelineWord,
} from './session/events.ts';
export type { SessionOptions } from './session/session.ts';
export { Session } from './session/session.ts';
export { alignWords } from './words/align-words.ts';
