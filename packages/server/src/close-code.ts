import type { ErrorCode } from '@live-transcribe/core';

/** RFC 6455 section 7.4.1, and 1013 (try again later) of the registry that it founds. */
const closeCodes: Record<ErrorCode, number> = {
  unauthorized: 1008,
  token_expired: 1008,
  forbidden: 1008,
  auth_unavailable: 1013,
  bad_message: 1008,
  bad_value: 1008,
  unknown_action: 1008,
  not_started: 1008,
  already_started: 1008,
  start_timeout: 1008,
  idle_timeout: 1008,
  message_too_big: 1009,
  bad_audio: 1008,
  unsupported_audio: 1008,
  decoder_busy: 1013,
  unsupported_language: 1008,
  engine_unavailable: 1013,
  engine_busy: 1013,
  engine_refused: 1011,
  engine_auth: 1011,
  engine_quota: 1013,
  engine_unreachable: 1011,
  engine_lost: 1011,
  engine_timeout: 1011,
  utterance_failed: 1011,
  session_unknown: 1008,
  session_moved: 1008,
  store_unavailable: 1013,
  store_fenced: 1008,
  store_bad_cursor: 1008,
  shutting_down: 1001,
  internal: 1011,
};

export const closeCode = (error: ErrorCode | undefined): number => (error === undefined ? 1000 : closeCodes[error]);
