import { msToSamples, type StreamMs, samplesToMs, streamMs } from '@live-transcribe/audio';
import { sampleRate } from './transcription-session.ts';

/** From the service's sample `sent` on, the stream is ahead of it by `ahead` samples. */
interface Piece {
  readonly sent: number;
  readonly ahead: number;
}

/** Pauses that were not sent, of which the service may still speak; of older ones the newest of them stands for all. */
const capacity = 256;

/** Where what the service was sent lies in the stream that we were given: the service counts only the former. */
export class SentAudio {
  #sent = 0;
  #pieces: Piece[] = [];
  #ahead = 0;

  /** The time after the last sample sent. */
  get end(): StreamMs {
    return streamMs(samplesToMs(this.#sent + this.#ahead, sampleRate));
  }

  /** `count` samples are sent, the first of which is the stream's number `at`. */
  add(at: number, count: number): void {
    if (at - this.#sent !== this.#ahead) this.#skipTo(at);
    this.#sent += count;
  }

  /** The stream's time of what the service calls `ms`. */
  toStream(ms: number): StreamMs {
    const sent = msToSamples(ms, sampleRate);
    const piece = this.#pieces.findLast((each) => each.sent <= sent);
    return piece ? streamMs(ms + samplesToMs(piece.ahead, sampleRate)) : streamMs(ms);
  }

  #skipTo(at: number): void {
    this.#ahead = at - this.#sent;
    this.#pieces.push({ sent: this.#sent, ahead: this.#ahead });
    if (this.#pieces.length > capacity) this.#pieces.shift();
  }
}
