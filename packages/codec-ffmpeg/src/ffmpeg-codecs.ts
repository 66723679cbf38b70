import { spawn } from 'node:child_process';
import { AudioError, type Codec, decoderBusy, unsupportedAudio } from '@live-transcribe/audio';
import { AacCodec, type Patience } from './aac-codec.ts';
import { parseAacConfig } from './aac-config.ts';
import { FfmpegProcess } from './ffmpeg-process.ts';

export interface FfmpegOptions extends Partial<Patience> {
  /** A name to look for in `searchPath`, or where ffmpeg is. */
  readonly path?: string;
  /** Folders, as in `PATH`. */
  readonly searchPath?: string;
  /** Streams decoded at once: each takes a process of some 11 MB, and 2 ms of a core for each second. */
  readonly maxProcesses: number;
  /** Milliseconds, of any origin. */
  readonly now?: () => number;
}

/** How long "there is no ffmpeg" is believed: it may be installed while the server runs. */
const recheckMs = 30_000;

/** A program that does not tell its version by then is none that can be used. */
const versionTimeoutMs = 5_000;

/** The codecs that are decoded by ffmpeg, each stream by a process of its own. Whoever creates this closes it. */
export class FfmpegCodecs {
  readonly #program: { readonly path: string; readonly searchPath: string };
  readonly #patience: Patience;
  readonly #maxProcesses: number;
  readonly #now: () => number;
  readonly #processes = new Set<FfmpegProcess>();
  #known: { readonly answer: Promise<boolean>; readonly at: number } | undefined;
  #closed = false;

  constructor({ path = 'ffmpeg', searchPath = '/usr/local/bin:/usr/bin:/bin', ...options }: FfmpegOptions) {
    this.#program = { path, searchPath };
    this.#patience = { firstSoundMs: options.firstSoundMs ?? 5_000, soundMs: options.soundMs ?? 250 };
    this.#maxProcesses = options.maxProcesses;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Whether there is an ffmpeg that runs. Looks once, and again after half a minute where there was none. */
  async available(): Promise<boolean> {
    if (this.#known && ((await this.#known.answer) || this.#now() - this.#known.at < recheckMs)) {
      return this.#known.answer;
    }
    this.#known = { answer: runs(this.#program), at: this.#now() };
    return this.#known.answer;
  }

  /**
   * A decoder for raw access units of AAC; `config` is an AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1). Whoever opens it
   * frees it. Throws `unsupported_audio` for kinds of AAC that are not decoded and without ffmpeg, `decoder_busy` when too
   * many are open.
   */
  async openAac(config: Uint8Array): Promise<Codec> {
    const core = parseAacConfig(config);
    if (this.#maxProcesses === 0) throw unsupportedAudio('AAC is not decoded by this server. Send Opus, MP3 or PCM.');
    await this.#room();
    const started: FfmpegProcess[] = [];
    const codec = new AacCodec(core, () => this.#start(started), this.#patience);
    try {
      await started[0]?.started;
    } catch (cause) {
      codec.free();
      this.#known = { answer: Promise.resolve(false), at: this.#now() };
      throw new AudioError('unsupported_audio', 'AAC needs ffmpeg on the server, which could not be started.', {
        cause,
      });
    }
    return codec;
  }

  /** Ends all decoders; resolves when no process is left. Opens none thereafter. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const process of this.#processes) process.kill();
    await Promise.all([...this.#processes].map((process) => process.gone));
  }

  /** Resolves at once where there is room, or when a process that has been ended is gone. */
  async #room(): Promise<void> {
    while (this.#processes.size >= this.#maxProcesses) {
      const leaving = [...this.#processes].find((process) => process.state.is === 'ended');
      if (!leaving) {
        const message = `All ${this.#maxProcesses} decoders for AAC are busy; try again later, or send Opus or MP3.`;
        throw decoderBusy(message);
      }
      await leaving.gone;
    }
  }

  #start(started: FfmpegProcess[]): FfmpegProcess {
    if (this.#closed) throw new Error('The decoders were closed.');
    const process = new FfmpegProcess(this.#program);
    started.push(process);
    this.#processes.add(process);
    void process.gone.then(() => this.#processes.delete(process));
    return process;
  }
}

function runs({ path, searchPath }: { readonly path: string; readonly searchPath: string }): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(path, ['-loglevel', 'quiet', '-version'], {
      cwd: '/',
      env: { PATH: searchPath },
      stdio: 'ignore',
      timeout: versionTimeoutMs,
      killSignal: 'SIGKILL',
    });
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
}
