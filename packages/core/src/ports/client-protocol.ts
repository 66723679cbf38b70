import type { DeclaredFormat, Notice, TimelineMs } from '@live-transcribe/audio';
import type { EventFault, SessionEvent } from '../session/events.ts';
import type { RecognitionOptions } from './engine.ts';

/** One message of a client. `bytes` may be a view of the socket's buffer: copy what shall outlive the call. */
export type Frame =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'binary'; readonly bytes: Uint8Array };

/** The session a client asks for. */
export interface SessionRequest extends RecognitionOptions {
  readonly audio: DeclaredFormat;
  /** Whether the client may lose its connection and come back. */
  readonly resumable: boolean;
  /** Whether its audio shall be kept; absent: as the server has it. */
  readonly keepAudio?: boolean;
}

/** The session a client comes back to. */
export interface ResumeRequest {
  readonly session: string;
  /** Where on the timeline the audio begins that this connection will bring. */
  readonly from: TimelineMs;
  /** The number of the last event that the client has seen. */
  readonly after: number;
  readonly audio: DeclaredFormat;
  readonly words: boolean;
}

export type Command =
  | { readonly kind: 'start'; readonly request: SessionRequest }
  | { readonly kind: 'resume'; readonly request: ResumeRequest }
  | { readonly kind: 'audio'; readonly bytes: Uint8Array }
  | { readonly kind: 'commit' }
  | { readonly kind: 'clear' }
  | { readonly kind: 'stop' };

/** What a client is told that has come back. */
export interface Resumption {
  readonly session: string;
  readonly engine: string;
  readonly model: string;
  readonly language: string | undefined;
  /** The audio that the server has. */
  readonly received: TimelineMs;
}

/** What a client need not keep any more: audio before `through` is told by the kept events up to number `seq`. */
export interface Acknowledgement {
  readonly through: TimelineMs;
  readonly seq: number;
}

/** One connection's side of a wire protocol: frames to commands and events to frames, without I/O. */
export interface ProtocolCodec {
  /** The session that begins with the connection; `undefined` where the client's first message asks for it. Throws `ClientError`. */
  begin(): SessionRequest | undefined;
  /** `undefined` for what the protocol ignores. Throws `ClientError`. */
  decode(frame: Frame): Command | undefined;
  /** The text message that tells `event`; `undefined` where the protocol has none for it. */
  encode(event: SessionEvent): string | undefined;
  encodeFault(fault: EventFault): string;
  /** What the client should know of its audio while that goes on; `at` is where the audio had come to. */
  encodeNotice(notice: Notice, at: TimelineMs): string;
  /** `undefined` where nobody can come back. */
  encodeResumption(resumption: Resumption): string | undefined;
  /** `undefined` for a client that has not asked for it. */
  encodeAcknowledgement(acknowledgement: Acknowledgement): string | undefined;
}

export interface ClientProtocol {
  /** Of the WebSocket's URL. */
  readonly path: string;
  codec(query: URLSearchParams): ProtocolCodec;
}
