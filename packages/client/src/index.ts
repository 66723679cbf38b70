export type { ClientErrorCode, TranscriptionErrorCode } from './errors.ts';
export { clientErrors, TranscriptionError } from './errors.ts';
export type {
  Listener,
  ListenOptions,
  Progress,
  TranscriptionEventMap,
  TranscriptionState,
} from './feed-events.ts';
export { LiveTranscription } from './live-transcription.ts';
export type {
  EndedEvent,
  ErrorEvent,
  FinalEvent,
  NoticeEvent,
  PartialEvent,
  SessionInfo,
  TranscriptionEvent,
  Word,
  WordsEvent,
} from './messages.ts';
export type { RecognitionOptions, Token, TranscriptionOptions, TurnDetection } from './options.ts';
export type { OpenSocket, Socket } from './socket.ts';
export type { AudioDevice } from './sources/devices.ts';
export { devices } from './sources/devices.ts';
export { file } from './sources/file.ts';
export type { IterableFormat } from './sources/from-iterable.ts';
export { fromIterable } from './sources/from-iterable.ts';
export type { MicrophoneOptions } from './sources/microphone.ts';
export { microphone } from './sources/microphone.ts';
export type { CaptureOptions } from './sources/open-capture.ts';
export type { AudioChunk, AudioSource, Encoding, Level } from './sources/source.ts';
export { tabAudio } from './sources/tab-audio.ts';
export type { Segment } from './transcript.ts';
export { applyEvent } from './transcript.ts';
export type { TranscriptFeed } from './transcript-feed.ts';
export type { WatchedTranscription, WatchOptions } from './watch.ts';
export { watch } from './watch.ts';
