import { AudioError, type Codec } from '@live-transcribe/audio';
import type { AacCore } from './aac-config.ts';
import { adtsFrame, maxUnitBytes } from './adts.ts';
import type { FfmpegProcess } from './ffmpeg-process.ts';
import { Ledger } from './ledger.ts';

export interface Patience {
  /** How long a process that is starting may take to its first sound, and how long one that has started to its next, in ms. */
  readonly firstSoundMs: number;
  readonly soundMs: number;
}

/** After a complaint the sound of the unit it was about never comes; that of the others has had its time by then. */
const afterComplaintMs = 20;

/** A second of 20 ms units: what lasts longer is no damage but another format. */
const maxRefusedInRow = 50;

/** A process that has said nothing for so long, to so many units, hangs; a single message may have had all of them. */
const maxSilencesInRow = 4;

/** Some three minutes, and more than a message of 32 KiB of the smallest units: memory for what may come out at once. */
const maxUnitsOwed = 8_192;

/** Beyond it memory is filled by what the process has not read: more than 2 s of the highest bit rate there is. */
const maxUnreadBytes = 1_048_576;

/** A process that is killed by something else, such as a lack of memory, is replaced so often. */
const maxRestarts = 1;

const nothing = new Float32Array(0);

type State =
  | { readonly kind: 'open'; readonly process: FfmpegProcess; readonly ledger: Ledger }
  | { readonly kind: 'failed'; readonly error: AudioError }
  | { readonly kind: 'freed' };

type Open = Extract<State, { kind: 'open' }>;

/** AAC through a process of its own. */
export class AacCodec implements Codec {
  readonly #core: AacCore;
  readonly #start: () => FfmpegProcess;
  readonly #patience: Patience;
  #state: State;
  #sampleRate: number;
  #restarts = 0;
  /** Whether the process has complained since there was nothing owed. */
  #complaints = 0;
  /** The last sound of a process that was replaced. */
  #left: Float32Array = nothing;

  constructor(core: AacCore, start: () => FfmpegProcess, patience: Patience) {
    this.#core = core;
    this.#start = start;
    this.#patience = patience;
    this.#sampleRate = core.sampleRate;
    this.#state = this.#opened();
  }

  get sampleRate(): number {
    return this.#sampleRate;
  }

  decode(unit: Uint8Array): Float32Array | undefined {
    const open = this.#running();
    if (open === 'freed') throw new Error('The AAC decoder was freed.');
    if (unit.length === 0 || unit.length > maxUnitBytes) return undefined;
    const { process, ledger } = open;
    if (this.#owed(open) >= maxUnitsOwed || process.unread > maxUnreadBytes) {
      throw this.#fail('More AAC came at once than can be decoded; expected it as it sounds.');
    }
    process.write(adtsFrame(this.#core, unit));
    ledger.add();
    return this.#take();
  }

  statedSamples(): number {
    return (1_024 * this.#sampleRate) / this.#core.sampleRate;
  }

  async settle(): Promise<Float32Array> {
    while (await this.#waitForMore());
    return this.#take();
  }

  async end(): Promise<Float32Array> {
    if (this.#state.kind !== 'open') return nothing;
    const open = this.#state;
    const { process } = open;
    process.endInput();
    const parts: Float32Array[] = [];
    do parts.push(this.#take().slice());
    while (process.state.is === 'running' && (await process.change(this.#limitMs(open))));
    parts.push(this.#take());
    this.free();
    return joined(parts);
  }

  free(): void {
    if (this.#state.kind === 'open') this.#state.process.kill();
    this.#state = { kind: 'freed' };
  }

  /** Whether something came for which was to be waited, and perhaps more is to come. */
  async #waitForMore(): Promise<boolean> {
    const open = this.#running();
    if (open === 'freed' || open.process.full) return false;
    const owed = this.#owed(open);
    if (owed === 0) {
      this.#complaints = open.process.complaints;
      return false;
    }
    const refused = open.process.complaints > this.#complaints;
    if (await open.process.change(refused ? afterComplaintMs : this.#limitMs(open))) return true;
    this.#writeOff(open, owed);
    return false;
  }

  #writeOff(open: Open, owed: number): void {
    const { ledger, process } = open;
    ledger.writeOff(owed);
    this.#complaints = process.complaints;
    if (ledger.inRow.units < maxRefusedInRow) return;
    if (process.complaints > 0)
      throw this.#fail(`${ledger.inRow.units} packets in a row are not AAC (${process.lastError}).`);
    if (ledger.inRow.times >= maxSilencesInRow) this.#replace(open, 'It gives no answer.');
  }

  /** Some units make no sound and no complaint: half the patience after each, so that a stream of them does not crawl. */
  #limitMs({ process, ledger }: Open): number {
    const { firstSoundMs, soundMs } = this.#patience;
    return Math.max((process.format ? soundMs : firstSoundMs) / 2 ** ledger.inRow.times, afterComplaintMs);
  }

  #owed({ process, ledger }: Open): number {
    return ledger.owed(process.samples, process.format?.sampleRate);
  }

  #opened(): Open {
    this.#complaints = 0;
    return { kind: 'open', process: this.#start(), ledger: new Ledger(this.#core.sampleRate) };
  }

  /** The process, or another one in its place if it was killed. Throws what the codec has failed with. */
  #running(): Open | 'freed' {
    if (this.#state.kind === 'freed') return 'freed';
    if (this.#state.kind === 'failed') throw this.#state.error;
    const { process } = this.#state;
    if (process.state.is === 'running') return this.#state;
    if (process.state.by === 'own') throw this.#fail(`The AAC decoder has ended: ${process.lastError}`);
    return this.#replace(this.#state, process.state.how);
  }

  #replace({ process }: Open, why: string): Open {
    if (++this.#restarts > maxRestarts) throw this.#fail(`The AAC decoder has ended again: ${why}`);
    this.#left = joined([this.#left, process.take()]);
    process.kill();
    const open = this.#opened();
    this.#state = open;
    return open;
  }

  /** Whose fault it is cannot be told from here; that the audio is not decoded is certain. */
  #fail(message: string): AudioError {
    const error = new AudioError('bad_audio', message);
    if (this.#state.kind === 'open') this.#state.process.kill();
    this.#state = { kind: 'failed', error };
    return error;
  }

  #take(): Float32Array {
    if (this.#state.kind !== 'open') return nothing;
    const { process } = this.#state;
    const samples = joined([this.#left, process.take()]);
    this.#left = nothing;
    this.#sampleRate = process.format?.sampleRate ?? this.#sampleRate;
    return samples;
  }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const [only = nothing, ...others] = parts.filter((part) => part.length > 0);
  if (others.length === 0) return only;
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
