import { setFlagsFromString } from 'node:v8';

/** How much may be added to what lives before the next full collection, in percent of it. */
const growingPercent = 100;

/**
 * How V8 collects garbage in a process with hundreds of sessions, each of which waits for its next chunk; to be called before
 * one begins.
 *
 * What a session has in its hands while it waits outlives the young generation now and then. V8 takes that for a sign that
 * all from the same line of code will live long, makes it in the old generation from then on, and has to collect that once or
 * twice a second, at a tenth of the server's time and with pauses of tens of ms (docs/decisions/0015).
 */
export function tuneCollector(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
  setFlagsFromString(`--heap-growing-percent=${growingPercent}`);
}
