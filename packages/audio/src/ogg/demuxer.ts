import { badAudio, unsupportedAudio } from '../errors.ts';
import { checkPacket } from '../opus/packet.ts';
import type { Demuxer, TrackItem } from '../track.ts';
import { LogicalStream } from './logical-stream.ts';
import { joinedOpus, mappingOf } from './mapping.ts';
import { codecName } from './names.ts';
import type { Page } from './page.ts';
import { type PageItem, PageReader } from './pages.ts';

/** Headers, other streams and damage for so long are no live audio. Room for a cover picture, or for a second of video. */
const maxBytesWithoutPacket = 8 * 1_048_576;

/** Logical streams side by side, and such as turn up unannounced. A film has some ten, with all its languages. */
const maxStreams = 64;

interface Part {
  readonly bytes: Uint8Array;
  readonly ends: boolean;
}

type Place =
  /** Nothing has begun yet. */
  | { readonly kind: 'start' }
  /** The first pages of the streams stand together before all others (RFC 3533, 4). */
  | { readonly kind: 'beginnings'; readonly names: string[]; stream: LogicalStream | undefined }
  | { readonly kind: 'stream'; readonly stream: LogicalStream };

type Current =
  | { readonly kind: 'other' }
  | { readonly kind: 'stream'; readonly stream: LogicalStream }
  /** A page on which something begins; nothing is made of it before its checksum is right. */
  | { readonly kind: 'beginning'; readonly page: Page; readonly parts: Part[] };

/** Ogg (RFC 3533) to the packets of its first stream of Opus, FLAC or Vorbis, and of those that are chained after it. */
export class OggDemuxer implements Demuxer {
  readonly #pages = new PageReader();
  #place: Place = { kind: 'start' };
  #current: Current = { kind: 'other' };
  /** Serial numbers of streams that are not decoded. */
  #others = new Set<number>();
  #lastPacketAt = 0;

  *read(bytes: Uint8Array): Generator<TrackItem> {
    for (const pageItem of this.#pages.read(bytes)) {
      for (const item of this.#accept(pageItem)) {
        if (item.kind === 'packet') this.#lastPacketAt = this.#pages.position;
        yield item;
      }
      this.#checkSilence();
    }
    this.#checkSilence();
  }

  *end(): Generator<TrackItem> {
    if (this.#place.kind === 'stream') yield* this.#place.stream.end();
  }

  #checkSilence(): void {
    if (this.#pages.position - this.#lastPacketAt > maxBytesWithoutPacket) {
      throw badAudio(`The Ogg stream holds no audio within ${maxBytesWithoutPacket} bytes.`);
    }
  }

  *#accept(item: PageItem): Generator<TrackItem> {
    switch (item.kind) {
      case 'page':
        this.#current = this.#turnTo(item.page);
        if (this.#current.kind === 'stream') this.#current.stream.page(item.page);
        return;
      case 'part':
        if (this.#current.kind === 'stream') yield* this.#current.stream.part(item.bytes, item.ends);
        if (this.#current.kind === 'beginning') {
          this.#current.parts.push({ bytes: item.bytes.slice(), ends: item.ends });
        }
        return;
      case 'sound':
        yield* this.#finish(this.#current);
        this.#current = { kind: 'other' };
        return;
      case 'damage':
        yield item;
        if (this.#place.kind === 'stream') yield* this.#place.stream.damage(this.#current.kind === 'stream');
        this.#current = { kind: 'other' };
        return;
      default:
        item satisfies never;
    }
  }

  /** Whose page it is. */
  #turnTo(page: Page): Current {
    if (page.first) return { kind: 'beginning', page, parts: [] };
    if (this.#place.kind === 'beginnings') {
      const { stream, names } = this.#place;
      if (!stream) {
        throw unsupportedAudio(
          `The Ogg stream holds ${names.join(', ')}; expected one of Opus, FLAC or Vorbis among its streams.`,
        );
      }
      this.#place = { kind: 'stream', stream };
    }
    if (this.#place.kind === 'start') return { kind: 'beginning', page, parts: [] };
    const { stream } = this.#place;
    if (page.serial === stream.serial) return { kind: 'stream', stream };
    const replaces = stream.mayBeOver && !this.#others.has(page.serial);
    return replaces ? { kind: 'beginning', page, parts: [] } : { kind: 'other' };
  }

  *#finish(current: Current): Generator<TrackItem> {
    if (current.kind === 'stream') yield* current.stream.sound();
    if (current.kind !== 'beginning') return;
    if (current.page.first) yield* this.#begin(current.page, current.parts);
    else yield* this.#join(current.page, current.parts);
  }

  *#begin(page: Page, [part]: readonly Part[]): Generator<TrackItem> {
    if (this.#place.kind !== 'beginnings') {
      this.#place = { kind: 'beginnings', names: [], stream: undefined };
      this.#others.clear();
    }
    const first = part?.ends ? part.bytes : new Uint8Array(0);
    const { names } = this.#place;
    names.push(codecName(first));
    if (names.length > maxStreams) throw badAudio(`The Ogg stream has more than ${maxStreams} streams side by side.`);
    const mapping = this.#place.stream ? undefined : mappingOf(first);
    if (!mapping) {
      this.#others.add(page.serial);
      return;
    }
    const stream = new LogicalStream(mapping, page.serial);
    stream.begin(page);
    this.#place.stream = stream;
    yield* stream.announce();
  }

  /** A stream that was joined after its headers: of Opus alone they can be done without. */
  *#join(page: Page, parts: readonly Part[]): Generator<TrackItem> {
    const whole = parts.filter(
      ({ bytes, ends }, index) => ends && bytes.length > 0 && !(page.continued && index === 0),
    );
    if (whole.length === 0) return;
    if (!looksLikeOpus(whole)) {
      if (this.#place.kind === 'start') {
        throw unsupportedAudio('The Ogg stream was started in the middle; send it from its first byte.');
      }
      if (this.#others.size < maxStreams) this.#others.add(page.serial);
      return;
    }
    const stream = new LogicalStream(joinedOpus(), page.serial);
    this.#place = { kind: 'stream', stream };
    yield* stream.announce(true);
    stream.join(page);
    for (const { bytes, ends } of parts) yield* stream.part(bytes, ends);
    yield* stream.sound();
  }
}

/** The framing of each packet is sound, and all are equally long, as an encoder makes them. */
function looksLikeOpus(packets: readonly Part[]): boolean {
  const lengths = packets.map(({ bytes }) => checkPacket(bytes, 1, Number.POSITIVE_INFINITY)?.samples);
  return lengths.every((length) => length !== undefined && length === lengths[0]);
}
