import { badAudio } from '../errors.ts';
import { SearchBudget } from '../ogg/search-budget.ts';
import { Window } from '../ogg/window.ts';
import { samplesToMs } from '../time.ts';
import type { Demuxer, TrackItem } from '../track.ts';
import { FrameFinder } from './frames.ts';
import { parseStreamInfo, streamInfoBytes } from './stream-info.ts';

/** Nothing but headers or damage for so long is no audio. Room for the largest picture, 16 MiB, and what goes with it. */
const maxBytesWithoutPacket = 20 * 1_048_576;

/** RFC 9639, 8.1. */
const blockHeaderBytes = 4;
const streamInfoType = 0;
const forbiddenType = 127;

/** ID3v2, which some taggers put in front: the size has seven bits in each byte, and does not count header and footer. */
const id3HeaderBytes = 10;
const id3FooterFlag = 0x10;

type State =
  | { readonly kind: 'marker' }
  | { readonly kind: 'block'; readonly finder: FrameFinder | undefined }
  /** A metadata block or a tag passes by; nothing of it is held. */
  | { readonly kind: 'passing'; left: number; readonly then: State }
  | { readonly kind: 'frames'; readonly finder: FrameFinder };

/** Native FLAC (RFC 9639) to its frames. A frame comes out with its last byte; `atMs` is by the frame's own number. */
export class FlacDemuxer implements Demuxer {
  readonly #window = new Window();
  readonly #budget = new SearchBudget();
  #state: State = { kind: 'marker' };
  #lastPacketAt = 0;

  *read(bytes: Uint8Array): Generator<TrackItem> {
    this.#window.append(bytes);
    for (;;) {
      const step = this.#step(this.#state);
      this.#checkSilence();
      if (step === 'wait') break;
      if (step !== 'go_on') yield step;
    }
    this.#window.keep();
  }

  #checkSilence(): void {
    if (this.#window.position - this.#lastPacketAt > maxBytesWithoutPacket) {
      throw badAudio(`The FLAC stream holds no audio within ${maxBytesWithoutPacket} bytes.`);
    }
  }

  #step(state: State): TrackItem | 'go_on' | 'wait' {
    switch (state.kind) {
      case 'marker':
        return this.#readMarker(this.#window.view());
      case 'block':
        return this.#readBlock(this.#window.view(), state.finder);
      case 'passing':
        return this.#pass(state);
      case 'frames':
        return this.#readFrame(state.finder);
      default:
        return state satisfies never;
    }
  }

  #readMarker(bytes: Uint8Array): 'go_on' | 'wait' {
    if (startsWith(bytes, 'fLaC')) {
      if (bytes.length < 4) return 'wait';
      this.#window.drop(4);
      this.#state = { kind: 'block', finder: undefined };
      return 'go_on';
    }
    if (!startsWith(bytes, 'ID3')) throw badAudio('The FLAC stream is damaged: it does not begin with "fLaC".');
    if (bytes.length < id3HeaderBytes) return 'wait';
    const size = bytes.subarray(6, 10).reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0);
    const footer = bytes[5] & id3FooterFlag ? id3HeaderBytes : 0;
    this.#state = { kind: 'passing', left: id3HeaderBytes + size + footer, then: this.#state };
    return 'go_on';
  }

  #readBlock(bytes: Uint8Array, finder: FrameFinder | undefined): TrackItem | 'go_on' | 'wait' {
    if (bytes.length < blockHeaderBytes) return 'wait';
    const type = bytes[0] & 0x7f;
    const last = bytes[0] >= 0x80;
    const size = (bytes[1] << 16) | (bytes[2] << 8) | bytes[3];
    if (finder) {
      if (type === forbiddenType) throw badAudio('The FLAC header is damaged: a metadata block has the type 127.');
      this.#passBlock(blockHeaderBytes + size, last, finder);
      return 'go_on';
    }
    if (type !== streamInfoType || size !== streamInfoBytes) {
      throw badAudio('The FLAC header is damaged: expected STREAMINFO, of 34 bytes, as its first block.');
    }
    if (bytes.length < blockHeaderBytes + size) return 'wait';
    const streamInfo = bytes.slice(blockHeaderBytes, blockHeaderBytes + size);
    const begun = new FrameFinder(parseStreamInfo(streamInfo), this.#window, this.#budget);
    this.#passBlock(blockHeaderBytes + size, last, begun);
    return { kind: 'track', format: { codec: 'flac', streamInfo } };
  }

  #passBlock(left: number, last: boolean, finder: FrameFinder): void {
    this.#state = { kind: 'passing', left, then: { kind: last ? 'frames' : 'block', finder } };
  }

  #pass(passing: Extract<State, { kind: 'passing' }>): 'go_on' | 'wait' {
    const passed = Math.min(passing.left, this.#window.length);
    this.#window.drop(passed);
    passing.left -= passed;
    if (passing.left > 0) return 'wait';
    this.#state = passing.then;
    return 'go_on';
  }

  #readFrame(finder: FrameFinder): TrackItem | 'go_on' | 'wait' {
    const found = finder.next();
    if (found === undefined) return 'wait';
    switch (found.kind) {
      case 'frame':
        this.#lastPacketAt = this.#window.position;
        return {
          kind: 'packet',
          bytes: found.bytes,
          atMs: samplesToMs(found.header.firstSample, found.header.sampleRate),
        };
      case 'lost':
        return {
          kind: 'damage',
          message: 'The FLAC stream is damaged: bytes were passed over to the next sound frame.',
        };
      case 'restart':
        this.#state = { kind: 'marker' };
        return 'go_on';
      default:
        return found satisfies never;
    }
  }
}

/** Whether the bytes begin with that text, as far as they go. */
const startsWith = (bytes: Uint8Array, text: string): boolean => {
  for (let i = 0; i < text.length && i < bytes.length; i++) if (bytes[i] !== text.charCodeAt(i)) return false;
  return true;
};
