import type { Progress, Step } from '@live-transcribe/models';

/** Where a command speaks. */
export interface Terminal {
  /** What was asked for. */
  readonly out: (text: string) => void;
  /** What happens meanwhile, and what went wrong. */
  readonly err: (text: string) => void;
  /** Whether somebody looks at `err`, and a line may be written anew. */
  readonly isWatched: boolean;
}

const redrawMs = 100;
const anew = '\r\u001b[2K';

/** Tells people who wait what happens: a line that moves where somebody looks, else a line for each stage. */
export class Story {
  readonly #terminal: Terminal;
  #began = 0;
  #first = 0;
  #drawn = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  tell(step: Step): void {
    switch (step.kind) {
      case 'waiting':
        return this.#line('Another process works on this model; waiting for it.');
      case 'downloading':
        this.#began = 0;
        return this.#line(`Downloading ${step.from}`);
      case 'received':
        return this.#move('', step.progress);
      case 'retry':
        return this.#line(`${step.fault.message} Trying again in ${Math.ceil(step.delayMs / 1000)} s.`);
      case 'checking':
        return this.#line('Checking it');
      case 'unpacking':
        if (this.#began !== -1) this.#line('Unpacking it');
        this.#began = -1;
        return this.#move('Unpacking: ', step.progress);
      default:
        return step satisfies never;
    }
  }

  /** The moving line goes. */
  end(): void {
    if (this.#terminal.isWatched) this.#terminal.err(anew);
  }

  #line(text: string): void {
    this.end();
    this.#terminal.err(`${text}\n`);
  }

  #move(what: string, progress: Progress): void {
    if (!this.#terminal.isWatched) return;
    const now = Date.now();
    if (this.#began === 0) {
      this.#began = now;
      this.#first = progress.received;
    }
    if (now - this.#drawn < redrawMs) return;
    this.#drawn = now;
    const seconds = this.#began > 0 ? (now - this.#began) / 1000 : 0;
    this.#terminal.err(`${anew}${what}${describe(progress, progress.received - this.#first, seconds)}`);
  }
}

/** `[#####.....]  48 %  58 of 122 MiB  4.1 MiB/s  16 s left`. */
function describe({ received, total }: Progress, gained: number, seconds: number): string {
  const speed = seconds > 1 ? gained / seconds : 0;
  const fast = speed > 0 ? `  ${(speed / mebibyte).toFixed(1)} MiB/s` : '';
  if (total === undefined || total === 0) return `${inMebibytes(received)} MiB${fast}`;
  const share = Math.min(1, received / total);
  const bar = '#'.repeat(Math.round(share * 20)).padEnd(20, '.');
  const left = speed > 0 ? `  ${Math.ceil((total - received) / speed)} s left` : '';
  const percent = `${Math.floor(share * 100)}`.padStart(3);
  return `[${bar}] ${percent} %  ${inMebibytes(received)} of ${inMebibytes(total)} MiB${fast}${left}`;
}

const mebibyte = 1_048_576;

export const inMebibytes = (bytes: number): string => `${Math.round(bytes / mebibyte)}`;
