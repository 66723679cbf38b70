import type { Segment, Word } from '@live-transcribe/client';

/** One line of the transcript; the same object for as long as nothing about it changes. Times are seconds. */
export type Row = SegmentRow | NoteRow | SessionRow;

export interface SegmentRow {
  readonly kind: 'segment';
  readonly key: string;
  readonly run: number;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly state: Segment['state'];
  readonly speaker: string | undefined;
  readonly words: readonly Word[] | undefined;
}

/** Something about the audio at one place: a notice of the server, or a hole in the transcript. */
export interface Note {
  readonly code: string;
  readonly message: string;
  readonly start: number;
  /** Of a hole. */
  readonly end: number | undefined;
}

export interface NoteRow extends Note {
  readonly kind: 'note';
  readonly key: string;
}

/** Where another session begins below an earlier one. */
export interface SessionRow {
  readonly kind: 'session';
  readonly key: string;
  readonly startedAt: Date;
}

export interface RunPlace {
  /** Distinguishes the runs on one page. */
  readonly run: number;
  /** Seconds that the earlier runs have lasted. */
  readonly offset: number;
  /** When it began, where it stands below another. */
  readonly startedAt: Date | undefined;
}

/** Makes rows of what one session says. */
export class RunRows {
  readonly #place: RunPlace;
  readonly #made = new WeakMap<Segment | Note, SegmentRow | NoteRow>();
  readonly #head: readonly SessionRow[];

  constructor(place: RunPlace) {
    this.#place = place;
    const { run, startedAt } = place;
    this.#head = startedAt === undefined ? [] : [{ kind: 'session', key: `${run}`, startedAt }];
  }

  /** Segments in their order, each note before the first segment that begins after it. */
  of(segments: readonly Segment[], notes: readonly Note[]): readonly Row[] {
    const rows: Row[] = [...this.#head];
    let note = 0;
    const notesUntil = (start: number) => {
      for (let next = notes[note]; next !== undefined && next.start < start; next = notes[++note]) {
        rows.push(this.#noteRow(next, note));
      }
    };
    for (const segment of segments) {
      notesUntil(segment.start);
      rows.push(this.#segmentRow(segment));
    }
    notesUntil(Infinity);
    return rows;
  }

  #segmentRow(segment: Segment): Row {
    const made = this.#made.get(segment);
    if (made !== undefined) return made;
    const { run, offset } = this.#place;
    const { index, start, end, text, state, speaker, words } = segment;
    const later = offset === 0 ? words : words?.map((word) => shifted(word, offset));
    const row: SegmentRow = {
      kind: 'segment',
      key: `${run}.${index}`,
      run,
      ...shifted({ start, end }, offset),
      text,
      state,
      speaker,
      words: later,
    };
    this.#made.set(segment, row);
    return row;
  }

  #noteRow(note: Note, index: number): Row {
    const made = this.#made.get(note);
    if (made !== undefined) return made;
    const { run, offset } = this.#place;
    const end = note.end === undefined ? undefined : note.end + offset;
    const row: NoteRow = { ...note, kind: 'note', key: `${run}n${index}`, start: note.start + offset, end };
    this.#made.set(note, row);
    return row;
  }
}

const shifted = <T extends { readonly start: number; readonly end: number }>(span: T, by: number): T => ({
  ...span,
  start: span.start + by,
  end: span.end + by,
});
