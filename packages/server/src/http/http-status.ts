import type { ErrorCode } from '@live-transcribe/core';

/** Where a code has a status of its own; anything else is the server's fault. */
const statuses: Partial<Record<ErrorCode, number>> = {
  bad_message: 400,
  bad_audio: 400,
  unsupported_audio: 400,
  message_too_big: 413,
  unsupported_language: 422,
  bad_value: 422,
  store_bad_cursor: 422,
  unauthorized: 401,
  token_expired: 401,
  forbidden: 403,
  auth_unavailable: 503,
  too_many_sessions: 429,
  too_many_watchers: 429,
  quota_exceeded: 429,
  session_unknown: 404,
  store_unavailable: 503,
  engine_unavailable: 503,
  engine_busy: 503,
  decoder_busy: 503,
  engine_refused: 422,
  engine_quota: 429,
  engine_auth: 502,
  engine_unreachable: 502,
  engine_lost: 502,
  engine_timeout: 504,
  shutting_down: 503,
};

export const httpStatus = (code: ErrorCode): number => statuses[code] ?? 500;
