import type { Match } from '../match.ts';
import type { SearchBudget } from '../ogg/search-budget.ts';
import type { Window } from '../ogg/window.ts';
import { FrameWalk } from './frame.ts';
import { type FrameHeader, parseFrameHeader } from './header.ts';
import { type StreamInfo, streamInfoBytes } from './stream-info.ts';

/**
 * What a frame may take at most. The format allows blocks of 65,535 samples in 8 channels of 32 bits, 2 MB; frames of
 * recorders have some KB, and those of a third of a second in the widest layouts remain below this.
 */
const maxFrameBytes = 1_048_576;

/** Twice the samples as they are: not every encoder notices that its prediction costs more than it saves. */
function frameLimit({ bytes, channels, blockSize, bitsPerSample }: FrameHeader): number {
  const verbatim = channels * Math.ceil((blockSize * (bitsPerSample + 1)) / 8);
  return Math.min(bytes + 2 * (verbatim + channels), maxFrameBytes);
}

/** `fLaC` and the header of a STREAMINFO block, whose first bit tells whether it is the only block (RFC 9639, 6 and 8.1). */
const restartMarker = [0x66, 0x4c, 0x61, 0x43, 0, 0, 0, streamInfoBytes];
const lastBlockFlagAt = 4;

function matchRestart(bytes: Uint8Array, at: number): Match {
  for (let i = 0; i < restartMarker.length; i++) {
    if (at + i >= bytes.length) return 'so_far';
    const byte = i === lastBlockFlagAt ? bytes[at + i] & 0x7f : bytes[at + i];
    if (byte !== restartMarker[i]) return 'no';
  }
  return 'yes';
}

export type FrameItem =
  /** Valid until the window is appended to. */
  | { readonly kind: 'frame'; readonly header: FrameHeader; readonly bytes: Uint8Array }
  /** No frame where one should be; one is searched for. */
  | { readonly kind: 'lost' }
  /** Another stream begins at the window's beginning. */
  | { readonly kind: 'restart' };

type State =
  /** A frame should begin here, or another stream. */
  | { readonly kind: 'boundary' }
  | { readonly kind: 'walking'; readonly walk: FrameWalk; readonly limit: number }
  /** Searching from this many bytes into the window on. */
  | { readonly kind: 'searching'; readonly from: number };

/** Finds the frames of a FLAC stream in a window; gives a frame with its last byte, and only if its checksum is right. */
export class FrameFinder {
  readonly #info: StreamInfo;
  readonly #window: Window;
  readonly #budget: SearchBudget;
  #state: State = { kind: 'boundary' };
  #lost = false;

  constructor(info: StreamInfo, window: Window, budget: SearchBudget) {
    this.#info = info;
    this.#window = window;
    this.#budget = budget;
  }

  /** The next item, if the window holds one. */
  next(): FrameItem | undefined {
    for (;;) {
      const step = this.#step(this.#state);
      if (step === 'wait') return undefined;
      if (step !== 'go_on') return step;
    }
  }

  #step(state: State): FrameItem | 'go_on' | 'wait' {
    switch (state.kind) {
      case 'boundary':
        return this.#begin(this.#window.view());
      case 'walking':
        return this.#follow(state, this.#window.view());
      case 'searching':
        return this.#search(this.#window.view(), state.from);
      default:
        return state satisfies never;
    }
  }

  #begin(bytes: Uint8Array): FrameItem | 'go_on' | 'wait' {
    if (bytes.length === 0) return 'wait';
    return this.#tryAt(bytes, 0) ?? this.#lose(0);
  }

  #search(bytes: Uint8Array, from: number): FrameItem | 'go_on' | 'wait' {
    for (let at = from; at < bytes.length; at++) {
      if (bytes[at] !== 0xff && bytes[at] !== restartMarker[0]) continue;
      const found = this.#tryAt(bytes, at);
      if (found === undefined) continue;
      this.#window.drop(at);
      if (found === 'wait') this.#state = { kind: 'searching', from: 0 };
      return found;
    }
    this.#window.drop(bytes.length);
    this.#state = { kind: 'searching', from: 0 };
    return 'wait';
  }

  /** What begins there, if anything may. */
  #tryAt(bytes: Uint8Array, at: number): FrameItem | 'go_on' | 'wait' | undefined {
    const restart = matchRestart(bytes, at);
    if (restart === 'so_far') return 'wait';
    if (restart === 'yes') return { kind: 'restart' };
    const header = parseFrameHeader(bytes.subarray(at), this.#info);
    if (header === 'incomplete') return 'wait';
    if (header === undefined || !this.#belongs(header)) return undefined;
    this.#state = { kind: 'walking', walk: new FrameWalk(header, bytes.subarray(at)), limit: frameLimit(header) };
    return 'go_on';
  }

  #belongs({ channels, sampleRate, bitsPerSample }: FrameHeader): boolean {
    const info = this.#info;
    return channels === info.channels && sampleRate === info.sampleRate && bitsPerSample === info.bitsPerSample;
  }

  #follow({ walk, limit }: Extract<State, { kind: 'walking' }>, bytes: Uint8Array): FrameItem | 'go_on' | 'wait' {
    const length = walk.read(bytes);
    if (length === 'incomplete' && bytes.length <= limit) return 'wait';
    if (typeof length !== 'number' || length > limit) return this.#lose(Math.min(walk.bytesRead, limit));
    this.#window.drop(length);
    this.#state = { kind: 'boundary' };
    this.#lost = false;
    return { kind: 'frame', header: walk.header, bytes: bytes.subarray(0, length) };
  }

  /** No frame begins here, as so many bytes have shown. */
  #lose(read: number): FrameItem | 'go_on' {
    const mayLookWithin = this.#budget.spend(read, this.#window.position + read);
    if (!mayLookWithin) this.#window.drop(read);
    this.#state = { kind: 'searching', from: mayLookWithin ? 1 : 0 };
    if (this.#lost) return 'go_on';
    this.#lost = true;
    return { kind: 'lost' };
  }
}
