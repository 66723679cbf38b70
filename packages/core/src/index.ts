export { passes } from './async/passes.ts';
export { Patience } from './async/patience.ts';
export type { SubscriptionOptions } from './async/subscription.ts';
export { Subscription } from './async/subscription.ts';
export type { TimeLimit } from './async/time-limit.ts';
export { withTimeLimit } from './async/time-limit.ts';
export { LocalBus } from './bus/local-bus.ts';
export { seqOf } from './bus/watch.ts';
export { LocalCounters } from './counters/local-counters.ts';
export type {
  EngineErrorCode,
  EngineErrorOptions,
  ErrorCode,
  StoreErrorCode,
  TranscribeErrorOptions,
} from './errors.ts';
export { asTranscribeError, ClientError, EngineError, errorTable, StoreError, TranscribeError } from './errors.ts';
export type {
  Acknowledgement,
  ClientProtocol,
  Command,
  Frame,
  ProtocolCodec,
  ResumeRequest,
  Resumption,
  SessionRequest,
} from './ports/client-protocol.ts';
export type { Clock } from './ports/clock.ts';
export { systemClock } from './ports/clock.ts';
export type { Bound, Counters, Lease, Leased } from './ports/counters.ts';
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
export type { BusCall, BusMessage, EventBus, Wanted } from './ports/event-bus.ts';
export { LeftOut } from './ports/left-out.ts';
export type {
  Claim,
  NewSession,
  SessionPage,
  SessionQuery,
  SessionRecord,
  SessionStore,
} from './ports/session-store.ts';
export type {
  ChangeReason,
  Covered,
  EventFault,
  LoggedEvent,
  LoggedFact,
  Partial,
  Seq,
  SessionEvent,
  Span,
  TimelineWord,
} from './session/events.ts';
export type { FeedOptions } from './session/feed.ts';
export { feed } from './session/feed.ts';
export { isOver, runEnd } from './session/run-end.ts';
export type { Continuation, SessionOptions } from './session/session.ts';
export { Session } from './session/session.ts';
export { alignWords } from './words/align-words.ts';
