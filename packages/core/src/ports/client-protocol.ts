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
}

export type Command =
  | { readonly kind: 'start'; readonly request: SessionRequest }
  | { readonly kind: 'audio'; readonly bytes: Uint8Array }
  | { readonly kind: 'commit' }
  | { readonly kind: 'clear' }
  | { readonly kind: 'stop' };

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
}

export interface ClientProtocol {
  /** Of the WebSocket's URL. */
  readonly path: string;
  codec(query: URLSearchParams): ProtocolCodec;
}
