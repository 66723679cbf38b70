import { type FileHandle, mkdir, open, opendir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, NewSession, SessionStore } from '@live-transcribe/core';
import { isSessionId } from '../live/session-id.ts';
import type { Log } from '../observe/log.ts';
import { Recording } from './recording.ts';
import { isMissing, openRecording, type RecordingState, readState } from './recording-file.ts';
import { Workshop } from './workshop.ts';

/** Whose audio is kept: nobody's, of those who ask for it, or of all who do not ask for the contrary. */
export const keepAudioChoices = ['off', 'asked', 'on'] as const;
export type KeepAudio = (typeof keepAudioChoices)[number];

export interface RecordingsOptions {
  /** Made where it is missing. */
  readonly folder: string;
  readonly keep: KeepAudio;
  readonly clock: Clock;
  /** Bytes that are left on the folder's disk; the system's own answer, unless a test brings another. */
  readonly bytesLeft?: (folder: string) => Promise<number>;
}

/** What a run of a session begins with. */
export interface Beginning {
  readonly session: Pick<NewSession, 'id' | 'keepAudio'>;
  /** Hz. */
  readonly sampleRate: number;
  /** The session's sample number of the first sample that comes. */
  readonly position: number;
  readonly log: Log;
}

/** A recording that is being read. */
export interface OpenForReading extends RecordingState {
  readonly file: FileHandle;
}

const suffix = '.flac';
/** Audio is many times as large as text: it stops well before the text beside it has no room (64 MiB). */
const leastRoomBytes = 256 * 1_024 * 1_024;
/** How long an answer about the room is taken for true. */
const roomMs = 5_000;
/** A timeline that begins later than that without a recording is not kept: its silence alone would fill the disk. */
const longestStartSeconds = 24 * 3_600;
/** The last second of a session that has just ended is written in a moment. */
const settleMs = 2_000;
/** A file without a session may be of one that is just being created. */
const strayMs = 3_600_000;
/** Looked at each time. */
const mostFiles = 10_000;

/** The recordings in a folder: a file of FLAC for each session, as long as its timeline. */
export class Recordings {
  readonly #options: RecordingsOptions;
  readonly #running = new Map<string, Recording>();
  readonly #workshop = new Workshop();
  #room: { readonly until: number; readonly enough: boolean } | undefined;

  constructor(options: RecordingsOptions) {
    this.#options = options;
  }

  /** Begins to keep a session's audio, or goes on with it; `undefined` where it is not kept. */
  begin({ session: { id, keepAudio }, sampleRate, position, log }: Beginning): Recording | undefined {
    const { keep, folder, clock } = this.#options;
    if (keep === 'off' || !(keepAudio ?? keep === 'on')) return undefined;
    if (position > longestStartSeconds * sampleRate) return undefined;
    const before = this.#running.get(id);
    const recording: Recording = new Recording({
      ...{ sampleRate, position, log, clock, workshop: this.#workshop },
      checkRoom: () => this.#checkRoom(),
      open: async () => {
        // An earlier run's, which may still be writing its last second.
        await before?.end();
        await mkdir(folder, { recursive: true });
        return openRecording(this.#pathOf(id), sampleRate, position);
      },
      onEnded: () => {
        if (this.#running.get(id) === recording) this.#running.delete(id);
      },
    });
    this.#running.set(id, recording);
    return recording;
  }

  /** What is kept of a session now; `undefined` where nothing is. The file is the caller's to close. */
  async open(id: string): Promise<OpenForReading | undefined> {
    if (!isSessionId(id)) return undefined;
    await this.#running.get(id)?.settled(settleMs);
    try {
      const file = await open(this.#pathOf(id), 'r');
      try {
        const state = await readState(file);
        if (state && state.samples > 0) return { ...state, file };
      } catch (thrown) {
        await file.close();
        throw thrown;
      }
      await file.close();
      return undefined;
    } catch (thrown) {
      if (isMissing(thrown)) return undefined;
      throw thrown;
    }
  }

  /** Removes what is kept of a session; one that is being kept ends. */
  async remove(id: string): Promise<void> {
    if (!isSessionId(id)) return;
    await this.#running.get(id)?.end();
    await rm(this.#pathOf(id), { force: true });
    await rm(`${this.#pathOf(id)}.part`, { force: true });
  }

  /** Removes what sessions have left that are no longer in the store: expired, or deleted by another server. Answers how many. */
  async sweep(store: Pick<SessionStore, 'find'>, now: number, signal: AbortSignal): Promise<number> {
    let [looked, removed] = [0, 0];
    for await (const name of this.#names()) {
      if (signal.aborted || (looked += 1) > mostFiles) break;
      const id = name.slice(0, name.indexOf('.'));
      if (!isSessionId(id) || this.#running.has(id)) continue;
      const found = await stat(join(this.#options.folder, name)).catch(() => undefined);
      if (!found || now - found.mtimeMs < strayMs || (await store.find(id))) continue;
      await this.remove(id);
      removed += 1;
    }
    return removed;
  }

  /** Resolves when all that is being kept is written. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.#running.values(), (recording) => recording.end()));
  }

  #pathOf(id: string): string {
    return join(this.#options.folder, `${id}${suffix}`);
  }

  async *#names(): AsyncGenerator<string, void, undefined> {
    try {
      for await (const { name } of await opendir(this.#options.folder)) yield name;
    } catch (thrown) {
      if (!isMissing(thrown)) throw thrown;
    }
  }

  async #checkRoom(): Promise<void> {
    const now = this.#options.clock.now();
    if (!this.#room || this.#room.until < now) {
      const { folder, bytesLeft = bytesLeftOn } = this.#options;
      await mkdir(folder, { recursive: true });
      this.#room = { until: now + roomMs, enough: (await bytesLeft(folder)) >= leastRoomBytes };
    }
    if (!this.#room.enough)
      throw new Error(`The disk of ${this.#options.folder} has less than ${leastRoomBytes / 2 ** 20} MiB left.`);
  }
}

async function bytesLeftOn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
