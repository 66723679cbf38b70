import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { AuReader, type SoundFormat } from './au-reader.ts';

export interface FfmpegProgram {
  /** A name that is looked for in `searchPath`, or where the program is. */
  readonly path: string;
  /** `PATH` of the process, and all of its environment. */
  readonly searchPath: string;
}

/** Sound that nobody has taken: 87 s at 48 kHz. Beyond it ffmpeg waits. */
const maxHeldSamples = 4_194_304;

/** Of what ffmpeg says last, for the log. */
const maxErrorLength = 300;

/** One thread, no seeking, no look ahead, nothing but the pipe; each packet's sound is out before the next is read. */
const decodeAdts = [
  ...['-hide_banner', '-nostdin', '-loglevel', 'repeat+error', '-threads', '1', '-protocol_whitelist', 'pipe'],
  ...['-probesize', '32', '-analyzeduration', '0', '-f', 'aac', '-i', 'pipe:0', '-vn', '-sn', '-dn', '-map', '0:a:0'],
  ...['-c:a', 'pcm_f32be', '-f', 'au', '-flush_packets', '1', 'pipe:1'],
];

type State =
  | { readonly is: 'running' }
  /** `mine`: killed here. `others`: killed from elsewhere. `own`: by itself. */
  | { readonly is: 'ended'; readonly by: 'mine' | 'others' | 'own'; readonly how: string };

/** One ffmpeg that makes mono samples of ADTS. Ends with this process at the latest, for then its input ends. */
export class FfmpegProcess {
  /** Resolves when the process runs; rejects with the system's error when it cannot be started. */
  readonly started: Promise<void>;
  /** Resolves when nothing of it is left. */
  readonly gone: Promise<void>;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #reader = new AuReader();
  #state: State = { is: 'running' };
  #parts: Float32Array[] = [];
  #held = 0;
  #samples = 0;
  #complaints = 0;
  #lastError = '';
  #wake: (() => void) | undefined;

  constructor({ path, searchPath }: FfmpegProgram) {
    // In a session of its own: a terminal's Ctrl-C is the server's to handle, which still wants the end of each stream.
    const child = spawn(path, decodeAdts, { cwd: '/', env: { PATH: searchPath }, detached: true });
    this.#child = child;
    this.started = new Promise((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    // Whoever waits for it is told; when nobody does, `ended` says it.
    this.started.catch(() => undefined);
    this.gone = new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.on('error', () => child.pid === undefined && resolve());
    });
    child.on('error', (error) => child.pid === undefined && this.#end({ is: 'ended', by: 'own', how: error.message }));
    child.on('close', (code, signal) => this.#end(ending(code, signal)));
    child.stdout.on('data', (bytes: Buffer) => this.#hear(bytes));
    child.stderr.on('data', (bytes: Buffer) => this.#complain(bytes));
    // A broken pipe: what ended the process is told by `close`.
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => undefined);
  }

  get state(): State {
    return this.#state;
  }

  get format(): SoundFormat | undefined {
    return this.#reader.format;
  }

  /** All mono samples so far, taken or not. */
  get samples(): number {
    return this.#samples;
  }

  /** How often ffmpeg has told of an error. */
  get complaints(): number {
    return this.#complaints;
  }

  /** The last line ffmpeg has said, or why it has ended. */
  get lastError(): string {
    return this.#lastError || (this.#state.is === 'ended' ? this.#state.how : 'no error');
  }

  /** Bytes that ffmpeg has not read yet. */
  get unread(): number {
    return this.#child.stdin.writableLength;
  }

  /** More sound has to be taken before more of it comes. */
  get full(): boolean {
    return this.#held >= maxHeldSamples;
  }

  /** Takes the bytes over. What is written in one turn goes out together. */
  write(bytes: Uint8Array): void {
    const { stdin } = this.#child;
    if (!stdin.writable) return;
    if (stdin.writableCorked === 0) {
      stdin.cork();
      process.nextTick(() => stdin.uncork());
    }
    stdin.write(bytes, () => this.#wake?.());
  }

  /** After this comes what is left, and the process ends. */
  endInput(): void {
    this.#child.stdin.end();
  }

  /** What has come since the last time. */
  take(): Float32Array {
    const [first, ...others] = this.#parts;
    const samples = first && others.length === 0 ? first : join(this.#parts, this.#held);
    this.#parts = [];
    this.#held = 0;
    if (this.#state.is === 'running') this.#child.stdout.resume();
    return samples;
  }

  /** Resolves with `true` at the next sign of life or at its end, with `false` after `limitMs` without one. One caller at a time. */
  change(limitMs: number): Promise<boolean> {
    if (this.#state.is === 'ended') return Promise.resolve(true);
    return new Promise((resolve) => {
      const settle = (changed: boolean) => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve(changed);
      };
      const timer = setTimeout(settle, limitMs, false);
      this.#wake = () => settle(true);
    });
  }

  /** Ends it at once; what has not come by now never will. */
  kill(): void {
    this.#child.kill('SIGKILL');
    this.#end({ is: 'ended', by: 'mine', how: 'It was ended.' });
    for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) stream.destroy();
  }

  #hear(bytes: Buffer): void {
    if (this.#state.is === 'ended') return;
    try {
      const samples = this.#reader.read(bytes);
      if (samples.length > 0) this.#parts.push(samples);
      this.#held += samples.length;
      this.#samples += samples.length;
    } catch (error) {
      this.#lastError = error instanceof Error ? error.message : String(error);
      this.kill();
    }
    if (this.full) this.#child.stdout.pause();
    this.#wake?.();
  }

  #complain(bytes: Buffer): void {
    this.#complaints++;
    const lines = bytes.toString('latin1').split('\n');
    const last = lines.findLast((line) => line.trim() !== '');
    if (last !== undefined) this.#lastError = last.trim().slice(0, maxErrorLength);
    this.#wake?.();
  }

  #end(state: State): void {
    if (this.#state.is === 'ended') return;
    this.#state = state;
    this.#wake?.();
  }
}

/** Asked to end by SIGTERM or SIGINT, ffmpeg exits with 255; its own errors are others. */
const interrupted = 255;

const ending = (code: number | null, signal: NodeJS.Signals | null): State => ({
  is: 'ended',
  by: signal !== null || code === interrupted ? 'others' : 'own',
  how: signal === null ? `It ended with code ${code}.` : `It was ended by ${signal}.`,
});

function join(parts: readonly Float32Array[], length: number): Float32Array {
  const joined = new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
