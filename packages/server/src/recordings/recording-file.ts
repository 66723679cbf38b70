import { constants, copyFile, type FileHandle, open, rename, rm } from 'node:fs/promises';
import { decodeMonoFrame, flacBlockSize, flacStart, framesIn, streamInfoOf } from '@live-transcribe/audio';

/** Of the block in which a recording says how many of its samples are silence that stands for audio that was not kept. */
const application = 'ltrs';
const missingBytes = 8;

/** What stands in front of the frames; always as long. */
const start = (sampleRate: number, samples: number, missing: number): Uint8Array => {
  const body = new Uint8Array(missingBytes);
  new DataView(body.buffer).setFloat64(0, missing);
  return flacStart({ sampleRate, samples, application: { id: application, body } });
};
const startBytes = start(8_000, 0, 0).length;

/** Where in a file of FLAC the rate, the number of samples and the checksum stand (RFC 9639, 8.2), and our own number. */
const rateAt = 18;
const samplesAt = 21;
const checksumAt = 26;
const missingAt = startBytes - missingBytes;

/** What is read at once: several frames, whatever is in them. */
const windowBytes = 64 * 1_024;
/** At the end, where a write may have been torn. */
const largestWindow = 16 * windowBytes;

/** What a recording holds. */
export interface RecordingState {
  /** Hz. */
  readonly sampleRate: number;
  readonly samples: number;
  /** Of them: silence in place of audio that was not kept. */
  readonly missing: number;
  /** Up to the end of the last whole frame. */
  readonly bytes: number;
  /** What stands in front, with the number of samples as it is now. */
  readonly start: Uint8Array;
}

/** What a file holds now, which may still be written, or was left by a server that was killed; `undefined`: no recording. */
export async function readState(file: FileHandle): Promise<RecordingState | undefined> {
  const head = await readWindow(file, 0, startBytes);
  if (head.length < startBytes) return undefined;
  const view = new DataView(head.buffer);
  const sampleRate = view.getUint32(rateAt) >>> 12;
  const missing = view.getFloat64(missingAt);
  const own = start(sampleRate, 0, missing);
  // All but the number of samples, which may be there already.
  if (!equal(head.subarray(0, samplesAt), own.subarray(0, samplesAt))) return undefined;
  if (!equal(head.subarray(checksumAt), own.subarray(checksumAt))) return undefined;
  const { size } = await file.stat();
  const { end, samples } = await lastFrame(file, size, sampleRate);
  return { sampleRate, samples, missing, bytes: end, start: start(sampleRate, samples, missing) };
}

/** A file that is being written. */
export interface OpenRecording {
  readonly file: FileHandle;
  /** Where the next frame is written, and its number. */
  readonly bytes: number;
  readonly frame: number;
  readonly missing: number;
  /** Samples of an earlier run at the beginning of that next frame. */
  readonly earlier: Int16Array;
}

/**
 * Opens the recording at `path`, so that sample number `position` comes next: a new one, or what an earlier run has left
 * there, cut at that sample. It is gone on with in a copy that takes its place: another server that writes yet, not knowing
 * that it has lost the session, writes into what nobody reads.
 */
export async function openRecording(path: string, sampleRate: number, position: number): Promise<OpenRecording> {
  const part = `${path}.part`;
  await rm(part, { force: true });
  const existed = await copyFile(path, part, constants.COPYFILE_FICLONE).then(
    () => true,
    (thrown: unknown) => {
      if (isMissing(thrown)) return false;
      throw thrown;
    },
  );
  const file = await open(part, existed ? 'r+' : 'wx+');
  try {
    const opened = (existed && (await cutAt(file, sampleRate, position))) || (await begin(file, sampleRate, position));
    await rename(part, path);
    return opened;
  } catch (thrown) {
    await file.close();
    await rm(part, { force: true });
    throw thrown;
  }
}

async function begin(file: FileHandle, sampleRate: number, position: number): Promise<OpenRecording> {
  await file.truncate(0);
  await writeStart(file, { sampleRate, samples: 0, missing: position });
  return { file, bytes: startBytes, frame: 0, missing: position, earlier: new Int16Array(0) };
}

/** Cuts what is there at `position`; `undefined` where it is no recording at this rate. */
async function cutAt(file: FileHandle, sampleRate: number, position: number): Promise<OpenRecording | undefined> {
  const state = await readState(file);
  if (state?.sampleRate !== sampleRate) return undefined;
  const missing = state.missing + Math.max(0, position - state.samples);
  const end = Math.min(position, state.samples);
  const frame = Math.floor(end / flacBlockSize);
  const atEnd = end % flacBlockSize === 0 && end === state.samples;
  const place = atEnd
    ? { bytes: state.bytes, earlier: new Int16Array(0) }
    : await beginningOf(file, sampleRate, frame, end % flacBlockSize, state.bytes);
  if (!place) return undefined;
  await file.truncate(place.bytes);
  await writeStart(file, { sampleRate, samples: 0, missing });
  return { file, frame, missing, ...place };
}

/** Where a frame begins, and its first samples; `undefined` where it is not there. */
async function beginningOf(file: FileHandle, sampleRate: number, frame: number, samples: number, size: number) {
  const info = streamInfoOf(sampleRate);
  const sample = frame * flacBlockSize;
  // Not before `least`; before `most`.
  let [least, most] = [startBytes, size];
  while (most - least > windowBytes) {
    const middle = Math.floor((least + most) / 2);
    const [first] = framesIn(await readWindow(file, middle, windowBytes), info, false);
    if (first && first.header.firstSample <= sample) least = middle + first.from;
    else most = middle;
  }
  const window = await readWindow(file, least, Math.min(2 * windowBytes, size - least));
  const place = framesIn(window, info, true).find(({ header }) => header.firstSample === sample);
  const decoded = place && decodeMonoFrame(window.subarray(place.from, place.to), info);
  return place && decoded && { bytes: least + place.from, earlier: decoded.slice(0, samples) };
}

async function lastFrame(file: FileHandle, size: number, sampleRate: number) {
  for (const length of [windowBytes, largestWindow]) {
    const at = Math.max(startBytes, size - length);
    const window = await readWindow(file, at, Math.max(0, size - at));
    const last = framesIn(window, streamInfoOf(sampleRate), true).at(-1);
    if (last) return { end: at + last.to, samples: last.header.firstSample + last.header.blockSize };
  }
  return { end: startBytes, samples: 0 };
}

async function readWindow(file: FileHandle, at: number, length: number): Promise<Uint8Array> {
  const window = new Uint8Array(length);
  const { bytesRead } = await file.read(window, 0, length, at);
  return window.subarray(0, bytesRead);
}

export async function writeStart(
  file: FileHandle,
  { sampleRate, samples, missing }: Pick<RecordingState, 'sampleRate' | 'samples' | 'missing'>,
): Promise<void> {
  await writeWhole(file, start(sampleRate, samples, missing), 0);
}

/** Throws where not all of it was written: a disk that is nearly full takes a part. */
export async function writeWhole(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  const { bytesWritten } = await file.write(bytes, 0, bytes.length, at);
  if (bytesWritten < bytes.length) throw new Error('The disk took only a part of the audio.');
}

/** Whether there is no such file, or something else in the place of its folder. */
export const isMissing = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR');

const equal = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, at) => byte === b[at]);
