import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type Finding, ok, warning, wrong } from '../finding.ts';

const check = 'disk';
/** An hour of talk is some 100 KiB: this is time enough for somebody to act. */
const scarceBytes = 1024 ** 3;
/** What the store itself takes for too little. */
const leastBytes = 64 * 1024 ** 2;

export interface Room {
  readonly bavail: number;
  readonly bsize: number;
}

/** Whether there is room for what is kept in `folder`, which may not be there yet. */
export async function checkDisk(
  folder: string,
  roomOf: (path: string) => Promise<Room> = statfs,
): Promise<readonly Finding[]> {
  const { bavail, bsize } = await roomAt(resolve(folder), roomOf);
  const free = bavail * bsize;
  const says = `${Math.floor(free / 1024 ** 2)} MiB are free for DATA_DIR (${folder}).`;
  const mend = 'Make room, set RETENTION_DAYS, or let DATA_DIR lie on a larger disk.';
  if (free >= scarceBytes) return [ok(check, says)];
  return [free < leastBytes ? wrong(check, says, mend) : warning(check, says, mend)];
}

/** Of the nearest folder that there is. */
async function roomAt(path: string, roomOf: (path: string) => Promise<Room>): Promise<Room> {
  try {
    return await roomOf(path);
  } catch (thrown) {
    const above = dirname(path);
    if (above === path || !(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT')) throw thrown;
    return roomAt(above, roomOf);
  }
}
