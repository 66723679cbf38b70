import type { LoadRequest, ModelPlace } from './messages.ts';
import { RecogniserProcess } from './recogniser-process.ts';

export type Beside = Omit<LoadRequest, keyof ModelPlace<'recognition'> | 'search'>;

export interface SlotOptions {
  readonly request: LoadRequest;
  /** Further models of the process, which it does without where it ends on them. */
  readonly beside: Beside;
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
  /** What the process of now has loaded beside its model. */
  #beside: Beside;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: SlotOptions) {
    this.#options = options;
    this.#beside = options.beside;
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
    const { request, patienceMs } = this.#options;
    const process = new RecogniserProcess({ ...request, ...this.#beside }, patienceMs);
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
    void process.gone.then((said) => this.#replace(performance.now() - began, said));
  }

  #replace(livedMs: number, said: string): void {
    if (this.#isClosed) return;
    this.#failures = livedMs >= goodAfterMs ? 0 : this.#failures + 1;
    const delayMs = this.#failures <= 1 ? 0 : Math.min(firstDelayMs * 2 ** (this.#failures - 2), longestDelayMs);
    const why = this.#fault ?? 'its process ended';
    const without = this.#leaveOut();
    const details = { why, said, delayMs, ...(without.length > 0 && { without }) };
    this.#options.warn('a recogniser has ended and is started again', details);
    this.#timer = setTimeout(() => this.#start(), delayMs);
  }

  /**
   * Words come before what makes them nicer: after a process that could not load its models, or did not last, the next one does
   * without the further ones, which may have been why; the one after that tries again. Answers what is left out.
   */
  #leaveOut(): string[] {
    const { beside } = this.#options;
    const isSuspect = this.#fault !== undefined || this.#failures > 1;
    const hadAll = this.#beside === beside;
    this.#beside = hadAll && isSuspect ? {} : beside;
    return this.#beside === beside ? [] : Object.keys(beside);
  }
}
