import { expect, it } from 'vitest';
import { clockTime } from '../src/clock-time.ts';

it.each([
  [0, '0:00'],
  [7.99, '0:07'],
  [60, '1:00'],
  [754, '12:34'],
  [3_599.9, '59:59'],
  [3_723, '1:02:03'],
])('%d s is %s', (seconds, shown) => {
  expect(clockTime(seconds)).toBe(shown);
});
