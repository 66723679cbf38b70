import { Gathered } from '../bytes.ts';
import { badAudio } from '../errors.ts';
import type { Demuxer, TrackFormat, TrackItem } from '../track.ts';
import { type ChunkItem, ChunkReader } from './chunk-reader.ts';
import { type Description, formatOf, parseDescription } from './description.ts';
import { type PacketSizes, packetSizes } from './packets.ts';

/** Nothing but headers for so long is no live audio. Room for a cover picture beside the table of packets. */
const maxBytesWithoutPacket = 8 * 1_048_576;

/** No codec's packet is larger; a damaged size shall not have memory held for it. */
const maxPacketBytes = 1_048_576;

type Place =
  | { readonly kind: 'headers'; description?: Description; cookie?: Uint8Array; table?: Uint8Array }
  /** PCM goes out in the pieces in which it arrives. */
  | { readonly kind: 'pieces' }
  | { readonly kind: 'packets'; readonly sizes: PacketSizes; readonly discardMs: number; size: number | undefined };

/** CAF as it arrives, to the packets of its audio. */
export class CafDemuxer implements Demuxer {
  readonly #chunks = new ChunkReader();
  readonly #pending = new Gathered();
  #place: Place = { kind: 'headers' };
  /** Where the last packet ended. */
  #heardEnd = 0;

  /** What these bytes complete. Read it to its end. Throws an `AudioError`, and is of no use thereafter. */
  *read(bytes: Uint8Array): Generator<TrackItem> {
    for (const item of this.#chunks.read(bytes)) yield* this.#accept(item);
    this.#expectAudio(this.#chunks.position);
  }

  *#accept(item: ChunkItem): Generator<TrackItem> {
    switch (item.kind) {
      case 'file':
        this.#pending.clear();
        this.#place = { kind: 'headers' };
        return;
      case 'whole':
        this.#keep(item.type, item.bytes);
        return;
      case 'data':
        yield this.#begin();
        return;
      case 'media':
        yield* this.#packets(item.bytes);
        return;
      default:
        item satisfies never;
    }
  }

  /** What comes after the audio comes too late. */
  #keep(type: string, bytes: Uint8Array): void {
    if (this.#place.kind !== 'headers') return;
    if (type === 'desc') this.#place.description = parseDescription(bytes);
    if (type === 'kuki') this.#place.cookie = bytes;
    if (type === 'pakt') this.#place.table = bytes;
  }

  #begin(): TrackItem {
    if (this.#place.kind !== 'headers') throw badAudio('The CAF stream is damaged: it has a second chunk data.');
    const { description, cookie, table } = this.#place;
    if (!description) throw badAudio('The CAF stream is damaged: its audio comes before its description (desc).');
    const format = formatOf(description, cookie);
    if (format.codec === 'pcm') {
      this.#place = { kind: 'pieces' };
      return { kind: 'track', format };
    }
    const sizes = packetSizes(description, table);
    const discardMs = (sizes.remainderFrames * 1_000) / description.sampleRate;
    this.#place = { kind: 'packets', sizes, discardMs, size: nextSize(sizes) };
    const skipMs = primingMs(format, sizes.primingFrames, description.sampleRate);
    return { kind: 'track', format, ...(skipMs > 0 && { skipMs }) };
  }

  *#packets(bytes: Uint8Array): Generator<TrackItem> {
    const end = this.#chunks.position;
    if (this.#place.kind === 'pieces') {
      this.#expectAudio(end - bytes.length);
      this.#heardEnd = end;
      yield { kind: 'packet', bytes };
      return;
    }
    if (this.#place.kind !== 'packets') return;
    const place = this.#place;
    for (let at = 0; at < bytes.length && place.size !== undefined; ) {
      const piece = bytes.subarray(at, at + place.size - this.#pending.length);
      this.#expectAudio(end - bytes.length + at - this.#pending.length);
      at += piece.length;
      const isWhole = piece.length === place.size;
      if (!isWhole) this.#pending.append(piece);
      if (!isWhole && this.#pending.length < place.size) return;
      this.#heardEnd = end - bytes.length + at;
      const { isLast } = place.sizes;
      yield {
        kind: 'packet',
        bytes: isWhole ? piece : this.#pending.view(),
        ...(isLast && place.discardMs > 0 && { discardMs: place.discardMs }),
      };
      this.#pending.clear();
      place.size = nextSize(place.sizes);
    }
  }

  #expectAudio(position: number): void {
    if (position - this.#heardEnd <= maxBytesWithoutPacket) return;
    throw badAudio(`The CAF stream holds no audio within ${maxBytesWithoutPacket} bytes.`);
  }
}

/** Of the next packet that has any bytes. */
function nextSize(sizes: PacketSizes): number | undefined {
  let size = sizes.next();
  while (size === 0) size = sizes.next();
  if (size === undefined || size <= maxPacketBytes) return size;
  throw badAudio(`The CAF stream is damaged: a packet of ${size} bytes; at most ${maxPacketBytes} are expected.`);
}

/** Milliseconds of priming beside the pre-skip that an Opus head states already. */
function primingMs(format: TrackFormat, frames: number, sampleRate: number): number {
  const preSkipMs = format.codec === 'opus' ? format.head.preSkip / 48 : 0;
  return Math.max(0, (frames * 1_000) / sampleRate - preSkipMs);
}
