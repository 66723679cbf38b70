import { writeSync } from 'node:fs';
import type { BesideModel } from '../messages.ts';

/** As `recogniser-process.ts` opens it. */
const descriptor = 4;

function mark(model: BesideModel | ''): void {
  try {
    writeSync(descriptor, `${model}\n`);
  } catch {
    // Nobody is left to read it.
  }
}

/**
 * Does what is to be done with a further model, and lets the gateway know before: the library may end the process in it, and then
 * the model is what the next process does without. It is known at once, not with what else waits to be sent.
 */
export function atWork<T>(model: BesideModel, work: () => T): T {
  mark(model);
  const result = work();
  mark('');
  return result;
}
