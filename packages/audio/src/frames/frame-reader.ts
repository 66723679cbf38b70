import { badAudio } from '../errors.ts';
import type { FrameHeader, FrameSyntax } from './chain.ts';
import { matchTag, tagHeaderBytes } from './tag.ts';
import { Unread } from './unread.ts';

export type FrameItem<Header> =
  /** `bytes` are valid until the next item is asked for. */
  | { readonly kind: 'frame'; readonly header: Header; readonly bytes: Uint8Array }
  /** Where a frame was expected stands none; what comes up to the next frame is passed over. */
  | { readonly kind: 'lost' };

/** Room for tags with several cover pictures; whatever brings no frame for so long is no live audio. */
export const maxBytesWithoutFrame = 16 * 1_048_576;

/** What is copied at once while headers are looked for over the joints of messages: byte by byte it takes far longer. */
const seekingBytes = 4_096;

type State =
  /** No frame yet: where one would begin a tag may stand. */
  | { readonly kind: 'start' }
  /** A frame that fits `constant`, or a tag, stands at the front. */
  | { readonly kind: 'synced'; readonly constant: number }
  /** The next two headers that agree are looked for. */
  | { readonly kind: 'seeking' };

/**
 * Frames out of bytes cut anywhere, each as soon as it is whole. Only the first one, one behind damage and one with other
 * constant fields than the one before waits for the header behind it, which has to agree.
 */
export class FrameReader<Header extends FrameHeader> {
  readonly #syntax: FrameSyntax<Header>;
  readonly #unread = new Unread();
  #state: State = { kind: 'start' };
  #tagBytes = 0;
  #bytesWithoutFrame = 0;
  #ended = false;

  constructor(syntax: FrameSyntax<Header>) {
    this.#syntax = syntax;
  }

  /** What these bytes complete; read it to its end. Throws `bad_audio` when there is nothing but other bytes for too long. */
  *read(bytes: Uint8Array): Generator<FrameItem<Header>> {
    this.#unread.add(bytes);
    yield* this.#steps();
  }

  /** What was held until a second header would confirm it. */
  *end(): Generator<FrameItem<Header>> {
    this.#ended = true;
    yield* this.#steps();
  }

  *#steps(): Generator<FrameItem<Header>> {
    for (let step = this.#step(); step !== 'wait'; step = this.#step()) {
      if (step !== 'passed') yield step;
    }
  }

  #step(): FrameItem<Header> | 'passed' | 'wait' {
    if (this.#tagBytes > 0) return this.#passTag();
    const { headerBytes } = this.#syntax;
    const front = this.#unread.front(headerBytes, this.#state.kind === 'seeking' ? seekingBytes : headerBytes);
    if (!front) return 'wait';
    const header = this.#syntax.parse(front, 0);
    if (!header) return this.#state.kind === 'seeking' ? this.#seek() : this.#betweenFrames(front);
    if (this.#state.kind === 'synced' && this.#state.constant === header.constant) {
      return this.#take(header);
    }
    return this.#confirm(header);
  }

  #take(header: Header): FrameItem<Header> | 'wait' {
    const front = this.#unread.front(header.frameBytes);
    if (!front) return 'wait';
    this.#unread.drop(header.frameBytes);
    this.#bytesWithoutFrame = 0;
    return { kind: 'frame', header, bytes: front.subarray(0, header.frameBytes) };
  }

  #confirm({ frameBytes, constant }: Header): FrameItem<Header> | 'passed' | 'wait' {
    const front = this.#unread.front(frameBytes + this.#syntax.headerBytes);
    if (!front && !this.#ended) return 'wait';
    const next = front && this.#syntax.parse(front, frameBytes);
    if (next?.constant !== constant && !this.#isLast(frameBytes)) return this.#lose();
    this.#state = { kind: 'synced', constant };
    return 'passed';
  }

  /** A frame that nothing follows, and that stands where one may stand. */
  #isLast(frameBytes: number): boolean {
    return this.#ended && this.#state.kind !== 'seeking' && frameBytes === this.#unread.length;
  }

  #betweenFrames(front: Uint8Array): FrameItem<Header> | 'passed' | 'wait' {
    let tag = matchTag(front);
    if (tag === 'so_far') {
      const more = this.#unread.front(tagHeaderBytes);
      if (!more) return 'wait';
      tag = matchTag(more);
    }
    if (tag === undefined || tag === 'so_far') {
      if (this.#state.kind === 'start') this.#syntax.refuse?.(front);
      return this.#lose();
    }
    if (tag.kind === 'sized') this.#tagBytes = tag.bytes;
    else this.#state = { kind: 'seeking' };
    return 'passed';
  }

  #passTag(): 'passed' | 'wait' {
    this.#tagBytes -= this.#pass(this.#tagBytes);
    return this.#tagBytes > 0 ? 'wait' : 'passed';
  }

  /** What comes before the first frame, as where a stream is joined in mid-frame, is no damage. */
  #lose(): FrameItem<Header> | 'passed' {
    const { kind } = this.#state;
    this.#state = { kind: 'seeking' };
    this.#seek();
    return kind === 'synced' ? { kind: 'lost' } : 'passed';
  }

  /** On to the next header, or to where one may begin that is not whole yet. */
  #seek(): 'passed' {
    const front = this.#unread.front(1);
    if (front) this.#pass(this.#nextHeader(front));
    return 'passed';
  }

  #nextHeader(front: Uint8Array): number {
    const last = front.length - this.#syntax.headerBytes;
    for (let at = 1; at < front.length; at++) {
      if (front[at] === 0xff && (at > last || this.#syntax.parse(front, at))) return at;
    }
    return front.length;
  }

  #pass(count: number): number {
    const passed = this.#unread.drop(count);
    this.#bytesWithoutFrame += passed;
    if (this.#bytesWithoutFrame > maxBytesWithoutFrame) {
      throw badAudio(`The ${this.#syntax.name} stream holds no audio within ${maxBytesWithoutFrame} bytes.`);
    }
    return passed;
  }
}
