import { readFileSync } from 'node:fs';

/** The children of this process, by their ids; Linux only. */
export function childProcesses(): number[] {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim();
  return children === '' ? [] : children.split(' ').map(Number);
}
