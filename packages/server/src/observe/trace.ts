/** What is traced of one engine connection: it ends once. */
export interface ConnectionTrace {
  opened(): void;
  /** `code`: of what the engine is to blame for. */
  ended(code: string | undefined): void;
}

/** A segment that is closed. Times as of `performance.now()`. */
export interface SegmentTrace {
  readonly segment: number;
  /** When the audio at its start and at its end came. */
  readonly began: number;
  readonly spoken: number;
  /** When its first partial was told, if one was. */
  readonly firstPartial: number | undefined;
  /** Of one that failed. */
  readonly code: string | undefined;
}

/** What is traced of one session on this server. */
export interface SessionTrace {
  /** For the log. */
  readonly traceId: string;
  connecting(): ConnectionTrace;
  segment(segment: SegmentTrace): void;
  /** `facts` hold nothing of what was said. */
  ended(reason: string, isFault: boolean, facts: Readonly<Record<string, number | undefined>>): void;
}

/** What a session is traced by. */
export interface TraceAbout {
  readonly id: string;
  readonly protocol: string;
  readonly client: string | undefined;
  readonly engine: string;
  readonly model: string;
  readonly language: string;
  /** The header `traceparent` of the client, as it came. */
  readonly traceparent?: string | undefined;
}

export interface Tracing {
  session(about: TraceAbout): SessionTrace;
  /** Sends what is not sent yet, within a bound. */
  close(): Promise<void>;
}
