import { createHmac, timingSafeEqual } from 'node:crypto';
import { StoreError } from '@live-transcribe/core';

const version = '1';

/**
 * A place in a list: "after the session with this key". It carries a check by the database's own secret, so that one from
 * elsewhere, or one made up, is told from one that was given.
 */
export function cursorAfter(key: number, secret: string): string {
  const place = `${version}.${key.toString(36)}`;
  return `${place}.${checkOf(place, secret)}`;
}

/** The key in a cursor; throws `store_bad_cursor`. */
export function keyOfCursor(cursor: string, secret: string): number {
  const match = /^(1\.([0-9a-z]{1,11}))\.([\w-]{16})$/.exec(cursor);
  const [, place, key, check] = match ?? [];
  if (place === undefined || key === undefined || check === undefined || !matches(check, checkOf(place, secret)))
    throw new StoreError('store_bad_cursor', 'This cursor is none that this server has given.');
  return Number.parseInt(key, 36);
}

function checkOf(place: string, secret: string): string {
  return createHmac('sha256', secret).update(place).digest('base64url').slice(0, 16);
}

function matches(given: string, expected: string): boolean {
  return timingSafeEqual(Buffer.from(given), Buffer.from(expected));
}
