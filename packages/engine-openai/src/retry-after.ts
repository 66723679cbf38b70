/** `Please try again in 1m20.5s.`, `in 350ms`: as the service words it in its messages. */
const inWords = /try again in (?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)(ms|s))?/i;

/** How long to wait before the next attempt, in ms, as HTTP headers say. `now` in epoch ms. */
export function retryAfterOf(headers: { get(name: string): string | null }, now: number): number | undefined {
  const inMs = headers.get('retry-after-ms');
  if (inMs !== null) return positive(Number(inMs));
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  // Seconds, or the date of HTTP.
  return positive(/^\s*[\d.]+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now);
}

/** The same as a message of the service says. */
export function retryAfterIn(message: string): number | undefined {
  const found = inWords.exec(message);
  if (!found) return undefined;
  const [, hours = '0', minutes = '0', rest = '0', unit = 's'] = found;
  return positive(Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(rest) * (unit === 'ms' ? 1 : 1_000));
}

const positive = (ms: number): number | undefined => (Number.isFinite(ms) && ms > 0 ? Math.ceil(ms) : undefined);
