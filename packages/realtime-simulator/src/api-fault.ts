import type { RealtimeErrorEvent } from 'openai/resources/realtime/realtime';

/** What the service says is wrong: the same members in an HTTP body and in an `error` event. */
export interface ApiFault {
  readonly type: string;
  readonly code: string | null;
  readonly message: string;
  readonly param: string | null;
}

export const invalidRequest = (code: string | null, message: string, param: string | null = null): ApiFault => ({
  type: 'invalid_request_error',
  code,
  message,
  param,
});

export const errorBody = ({ message, type, param, code }: ApiFault): string =>
  JSON.stringify({ error: { message, type, param, code } });

/** `answers` is the `event_id` of the client event that was wrong, when it had one. */
export const errorEvent = (eventId: string, fault: ApiFault, answers?: string): RealtimeErrorEvent => ({
  type: 'error',
  event_id: eventId,
  error: { ...fault, event_id: answers ?? null },
});
