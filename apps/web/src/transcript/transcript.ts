import type { Segment } from '@live-transcribe/client';
import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import { onceAFrame } from '../once-a-frame.ts';
import { type Note, type Row, RunRows } from './rows.ts';

/** More than a server sends in a session; the latest are kept. */
const mostNotes = 200;

/** What one session says, while it is being said. */
export interface Run {
  readonly number: number;
  /** Seconds that the sessions above have lasted. */
  readonly offset: number;
  show(segments: readonly Segment[]): void;
  add(note: Note): void;
  /** Nothing more comes. `lasted` in seconds. */
  close(lasted: number): void;
}

/** The text of all sessions on this page, one below the other, numbered and timed on. */
export class Transcript {
  readonly #done = signal<readonly Row[]>([]);
  readonly #current = signal<readonly Row[]>([]);
  readonly #rows = computed(() => (this.#done.value.length === 0 ? this.#current.value : this.#joined()));
  readonly #duration = signal(0);
  #runs = 0;

  get rows(): ReadonlySignal<readonly Row[]> {
    return this.#rows;
  }
  /** Seconds, of the sessions that are over. */
  get duration(): ReadonlySignal<number> {
    return this.#duration;
  }

  /** Only while no other run is open. */
  begin(startedAt: Date): Run {
    const number = this.#runs++;
    const offset = this.#duration.value;
    const first = this.#done.value.length === 0;
    const rows = new RunRows({ run: number, offset, startedAt: first ? undefined : startedAt });
    let segments: readonly Segment[] = [];
    let notes: readonly Note[] = [];
    let open = true;
    const draw = () => {
      if (open) this.#current.value = rows.of(segments, notes);
    };
    const soon = onceAFrame(draw);
    return {
      number,
      offset,
      show: (next) => {
        segments = next;
        soon();
      },
      add: (note) => {
        notes = [...notes, note].slice(-mostNotes).toSorted((a, b) => a.start - b.start);
        soon();
      },
      close: (lasted) => {
        draw();
        open = false;
        batch(() => {
          // A session in which nothing was said leaves no trace, neither a line nor a time.
          if (segments.length + notes.length > 0) {
            this.#done.value = this.#rows.value;
            this.#duration.value = offset + Math.max(lasted, segments.at(-1)?.end ?? 0);
          }
          this.#current.value = [];
        });
      },
    };
  }

  /** Only while no run is open. */
  clear(): void {
    batch(() => {
      this.#done.value = [];
      this.#current.value = [];
      this.#duration.value = 0;
    });
  }

  #joined(): readonly Row[] {
    return this.#current.value.length === 0 ? this.#done.value : [...this.#done.value, ...this.#current.value];
  }
}
