export type { ConnectOptions } from './connection.ts';
export { Connection, connect } from './connection.ts';
export type { ClientErrorCode, TranscriptionErrorCode } from './errors.ts';
export { clientErrors, TranscriptionError } from './errors.ts';
export type {
  EndedEvent,
  ErrorEvent,
  FinalEvent,
  PartialEvent,
  SessionInfo,
  TranscriptionEvent,
  Word,
} from './messages.ts';
export type { Microphone, MicrophoneChunk } from './microphone/microphone.ts';
export type { MicrophoneOptions } from './microphone/open-microphone.ts';
export { openMicrophone } from './microphone/open-microphone.ts';
export type { OpenSocket, Socket } from './socket.ts';
export type { Segment } from './transcript.ts';
export { applyEvent } from './transcript.ts';
