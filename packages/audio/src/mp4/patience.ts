import { badAudio } from '../errors.ts';

/**
 * Headers, other tracks' boxes or nothing known for so long is no live audio. Room for a cover picture, and for the index of
 * a file of seven hours.
 */
const maxBytesWithoutPacket = 8 * 1_048_576;

/**
 * Other tracks' media that the index accounts for: ten seconds of video at 50 Mbit/s. Files whose audio lies behind all of
 * their video cannot be heard live anyhow.
 */
const maxBytesBetweenPackets = 64 * 1_048_576;

/**
 * Ends streams in which no audio comes. It compares places in the stream, not what one message brings, so that it ends them
 * at the same place however they are cut.
 */
export class Patience {
  #packetEnd = 0;
  #accountedEnd = 0;

  /** A packet lies here. */
  packet(start: number, end: number): void {
    this.#expect(start - this.#packetEnd, maxBytesBetweenPackets);
    this.#packetEnd = end;
    this.#accountedEnd = end;
  }

  /** All bytes up to this one belong to audio or are known to lie before some. */
  accounted(position: number): void {
    this.#accountedEnd = position;
  }

  /** So far the stream was read. Throws `bad_audio` when it has been without audio for too long. */
  check(position: number): void {
    this.#expect(position - this.#packetEnd, maxBytesBetweenPackets);
    this.#expect(position - this.#accountedEnd, maxBytesWithoutPacket);
  }

  #expect(distance: number, limit: number): void {
    if (distance > limit) throw badAudio(`The MP4 stream holds no audio within ${limit} bytes.`);
  }
}
