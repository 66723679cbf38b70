import type { Beside, BesideModel, LoadRequest } from './messages.ts';
import { type Gone, RecogniserProcess } from './recogniser-process.ts';

export interface SlotOptions {
  /** Called for each process. */
  readonly request: () => LoadRequest;
  /** Shared by all slots of an engine: one that a process has ended in is in no process that is started from then on. */
  readonly beside: { now: Beside };
  readonly patienceMs: number;
  readonly warn: (message: string, details: object) => void;
}

/** One that lasted so long was a good one: the next comes at once. */
const goodAfterMs = 10_000;
const firstDelayMs = 500;
const longestDelayMs = 30_000;

/** The place of one recogniser: when its process ends unasked another takes it, the later the oftener it ends. */
export class RecogniserSlot {
  readonly #options: SlotOptions;
  #process: RecogniserProcess | undefined;
  #fault: string | undefined;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: SlotOptions) {
    this.#options = options;
    this.#start();
  }

  /** The process of now; `undefined` between two. */
  get process(): RecogniserProcess | undefined {
    return this.#process?.state === 'ended' ? undefined : this.#process;
  }

  /** Why the last process ended, until another is ready. */
  get fault(): string | undefined {
    return this.#fault;
  }

  async close(reason: unknown): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    const process = this.#process;
    process?.end(reason);
    await process?.gone;
  }

  #start(): void {
    const { request, beside, patienceMs } = this.#options;
    const process = new RecogniserProcess({ ...request(), ...beside.now }, patienceMs);
    this.#process = process;
    const began = performance.now();
    process.ready.then(
      () => {
        this.#fault = undefined;
      },
      (error: unknown) => {
        this.#fault = error instanceof Error ? error.message : String(error);
      },
    );
    void process.gone.then((gone) => this.#replace(performance.now() - began, gone));
  }

  #replace(livedMs: number, { said, blamed }: Gone): void {
    if (this.#isClosed) return;
    this.#failures = livedMs >= goodAfterMs ? 0 : this.#failures + 1;
    const delayMs = this.#failures <= 1 ? 0 : Math.min(firstDelayMs * 2 ** (this.#failures - 2), longestDelayMs);
    const why = this.#fault ?? 'its process ended';
    // Words come before what makes them nicer.
    if (blamed !== undefined) this.#leaveOut(blamed);
    const details = { why, said, delayMs, ...(blamed !== undefined && { without: blamed }) };
    this.#options.warn('a recogniser has ended and is started again', details);
    this.#timer = setTimeout(() => this.#start(), delayMs);
  }

  #leaveOut(model: BesideModel): void {
    const { beside } = this.#options;
    const { [model]: _blamed, ...others } = beside.now;
    beside.now = others;
  }
}
