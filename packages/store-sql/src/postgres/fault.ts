import { StoreError } from '@live-transcribe/core';
import { DatabaseError } from 'pg';

/** Translates what `pg` has thrown; the address of the database is in no message, since it may hold a password. */
export function postgresFault(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  return new StoreError('store_unavailable', `PostgreSQL cannot be used: ${sentenceOf(error)}.`, {
    cause: error,
    retryable: !isAboutTheData(error),
  });
}

/** Data that do not fit, or contradict what is there, will not fit a second time (classes 22 and 23 of SQLSTATE). */
const isAboutTheData = (error: unknown): boolean => error instanceof DatabaseError && /^2[23]/.test(error.code ?? '');

/** Of several attempts (a name with two addresses) the first one speaks for all. */
function sentenceOf(error: unknown): string {
  if (error instanceof AggregateError) return sentenceOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
