/** What a client is told about its audio while the audio goes on. */
export const noticeTable = {
  format_differs: 'The bytes are in another format than was declared; they are taken as what they are.',
  joined_midway: 'The stream was joined after its header; what can be decoded without it is.',
  restarted: 'A new header came in mid-stream; the audio goes on from there.',
  gap_filled: 'The container says that audio is missing; silence of its length stands in for it.',
  clock_jumped: "The container's clock jumped further than is believable; nothing was filled in.",
  damaged: 'Some bytes made no sense and were passed over.',
} as const;

export type NoticeCode = keyof typeof noticeTable;

export interface Notice {
  readonly code: NoticeCode;
  /** A sentence for people, with the particulars. */
  readonly message: string;
}

/** A stream that is damaged throughout does not bury its client in notices: the last of these says so. */
const maxNotices = 50;

/** The notices that nobody has taken yet. Bounded: the same one is not noted again while it waits to be taken. */
export class Notices {
  #waiting: Notice[] = [];
  #noted = 0;

  add(code: NoticeCode, message: string): void {
    if (this.#noted >= maxNotices || this.#waiting.some((notice) => notice.code === code)) return;
    this.#noted += 1;
    const last = this.#noted === maxNotices;
    this.#waiting.push({ code, message: last ? `${message} Further notices are left out.` : message });
  }

  take(): readonly Notice[] {
    if (this.#waiting.length === 0) return none;
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }
}

const none: readonly Notice[] = [];
