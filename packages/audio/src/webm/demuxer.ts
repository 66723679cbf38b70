import { asciiName, readUint } from '../bytes.ts';
import { AudioError, badAudio, unsupportedAudio } from '../errors.ts';
import { plainOpusHead } from '../opus/head.ts';
import type { Demuxer, TrackItem } from '../track.ts';
import { BlockReader, maxOpusBlockBytes } from './block.ts';
import { type EbmlItem, EbmlReader } from './ebml.ts';
import { id } from './elements.ts';
import { FootholdSearch } from './search.ts';
import { type AudioTrack, TrackChooser } from './tracks.ts';
import { readInt } from './vint.ts';

type Piece = Extract<EbmlItem, { kind: 'piece' }>;
type Packet = Extract<TrackItem, { kind: 'packet' }>;

/**
 * Nothing but headers, other tracks or skipped elements for so long is no live audio. Room for a cover picture, or for more
 * than a second of video at 50 Mbit/s.
 */
const maxBytesWithoutPacket = 8 * 1_048_576;

const defaultTimestampScaleNs = 1_000_000;

type Place =
  | { readonly kind: 'before_tracks' }
  | { readonly kind: 'tracks'; readonly chooser: TrackChooser }
  | { readonly kind: 'clusters'; readonly blocks: BlockReader };

type Reading =
  | { readonly kind: 'elements'; readonly reader: EbmlReader }
  /** For where the stream can be taken up again. */
  | { readonly kind: 'search'; readonly search: FootholdSearch };

/** WebM or Matroska, as it arrives, to the packets of its first audio track that is decoded. */
export class WebmDemuxer implements Demuxer {
  #reading: Reading = { kind: 'elements', reader: new EbmlReader() };
  #place: Place = { kind: 'before_tracks' };
  #timestampScaleNs = defaultTimestampScaleNs;
  /** Unknown where the cluster's beginning was missed. */
  #clusterTicks: number | undefined;
  /** The frames of a block group wait for its end, which may say how much of the last one is padding. */
  #group: Packet[] | undefined;
  #discardMs = 0;
  #bytesWithoutPacket = 0;

  /** A stream that was joined after its header: taken for Opus, which most recorders write, in its first block's track. */
  static midway(): WebmDemuxer {
    const demuxer = new WebmDemuxer();
    demuxer.#reading = { kind: 'search', search: new FootholdSearch() };
    return demuxer;
  }

  *read(bytes: Uint8Array): Generator<TrackItem> {
    for (let rest = [bytes]; rest[0]; ) {
      const [first, ...others] = rest;
      const left =
        this.#reading.kind === 'search'
          ? yield* this.#search(this.#reading.search, first)
          : yield* this.#readElements(this.#reading.reader, first);
      rest = [...left, ...others];
    }
    this.#bytesWithoutPacket += bytes.length;
    if (this.#bytesWithoutPacket > maxBytesWithoutPacket) {
      throw badAudio(`The WebM stream holds no audio within ${maxBytesWithoutPacket} bytes.`);
    }
  }

  /** Answers what is left to be read in another way. Damage among the clusters is passed over; before, there is nothing to go by. */
  *#readElements(reader: EbmlReader, bytes: Uint8Array): Generator<TrackItem, Uint8Array[]> {
    const start = reader.position;
    try {
      for (const item of reader.read(bytes)) {
        const lost = yield* this.#accept(item);
        if (lost) return [lost, bytes.subarray(reader.position - start)];
      }
      return [];
    } catch (error) {
      if (this.#place.kind !== 'clusters' || !(error instanceof AudioError)) throw error;
      yield* this.#loseWay(error.message);
      return [bytes.subarray(reader.position - start)];
    }
  }

  *#loseWay(message: string): Generator<TrackItem> {
    this.#reading = { kind: 'search', search: new FootholdSearch() };
    this.#group = undefined;
    yield { kind: 'damage', message };
  }

  *#search(search: FootholdSearch, bytes: Uint8Array): Generator<TrackItem, Uint8Array[]> {
    const found = search.read(bytes);
    if (!found) return [];
    this.#clusterTicks = undefined;
    const within = found.foothold === 'block' ? [id.segment, id.cluster] : [id.segment];
    this.#reading = { kind: 'elements', reader: new EbmlReader(within) };
    // A header brings the tracks with it.
    if (this.#place.kind === 'before_tracks' && found.rest[0] !== 0x1a) {
      this.#place = { kind: 'clusters', blocks: new BlockReader(undefined, maxOpusBlockBytes) };
      yield { kind: 'track', format: { codec: 'opus', head: plainOpusHead }, joinedMidway: true };
    }
    return [found.rest];
  }

  /** Answers bytes that have to be searched, where they were no block after all. */
  *#accept(item: EbmlItem): Generator<TrackItem, Uint8Array | undefined> {
    if (this.#place.kind === 'tracks') {
      this.#place.chooser.accept(item);
      if (item.kind === 'close' && item.id === id.tracks) yield this.#begin(this.#place.chooser.chosen());
      return undefined;
    }
    switch (item.kind) {
      case 'open':
        this.#enter(item.id);
        return undefined;
      case 'value':
        this.#keep(item.id, item.bytes);
        return undefined;
      case 'piece':
        return yield* this.#packets(item);
      case 'close':
        if (item.id === id.blockGroup) yield* this.#endGroup();
        return undefined;
      default:
        return item satisfies never;
    }
  }

  #enter(opened: number): void {
    if (opened === id.ebml || opened === id.segment) {
      this.#place = { kind: 'before_tracks' };
      this.#timestampScaleNs = defaultTimestampScaleNs;
    }
    if (opened === id.tracks) this.#place = { kind: 'tracks', chooser: new TrackChooser() };
    if (opened === id.blockGroup) {
      this.#group = [];
      this.#discardMs = 0;
    }
    if (opened === id.cluster) {
      if (this.#place.kind !== 'clusters') {
        throw badAudio('The WebM stream is damaged: audio comes before the description of its tracks.');
      }
      this.#clusterTicks = 0;
    }
  }

  #keep(kept: number, bytes: Uint8Array): void {
    if (kept === id.timestampScale) this.#timestampScaleNs = readUint(bytes);
    if (kept === id.timestamp) this.#clusterTicks = readUint(bytes);
    // Negative padding would lie at the beginning, where nobody writes it.
    if (kept === id.discardPadding) this.#discardMs = Math.max(0, readInt(bytes) / 1e6);
    if (kept !== id.docType) return;
    const docType = asciiName(bytes);
    if (docType === 'webm' || docType === 'matroska') return;
    throw unsupportedAudio(`The EBML document is of the type "${docType}"; expected webm or matroska.`);
  }

  #begin({ number, format, skipMs }: AudioTrack): TrackItem {
    const maxBytes = format.codec === 'opus' ? maxOpusBlockBytes : undefined;
    this.#place = { kind: 'clusters', blocks: new BlockReader(number, maxBytes) };
    return { kind: 'track', format, skipMs };
  }

  *#packets(piece: Piece): Generator<TrackItem, Uint8Array | undefined> {
    if (this.#place.kind !== 'clusters') return undefined;
    for (const item of this.#place.blocks.read(piece)) {
      switch (item.kind) {
        case 'frame':
          this.#bytesWithoutPacket = 0;
          yield* this.#packet(item.bytes, item.ticks, piece.id === id.block);
          break;
        case 'damaged':
          yield { kind: 'damage', message: item.message };
          break;
        case 'oversize':
          yield* this.#loseWay(item.message);
          return item.bytes;
        default:
          item satisfies never;
      }
    }
    return undefined;
  }

  *#packet(bytes: Uint8Array, ticks: number, inGroup: boolean): Generator<TrackItem> {
    const time = this.#time(ticks);
    if (inGroup && this.#group) this.#group.push({ kind: 'packet', bytes: bytes.slice(), ...time });
    else yield { kind: 'packet', bytes, ...time };
  }

  *#endGroup(): Generator<TrackItem> {
    const packets = this.#group ?? [];
    this.#group = undefined;
    for (const [index, packet] of packets.entries()) {
      yield index === packets.length - 1 ? { ...packet, discardMs: this.#discardMs } : packet;
    }
  }

  #time(ticks: number): { readonly atMs?: number } {
    if (this.#clusterTicks === undefined) return {};
    return { atMs: ((this.#clusterTicks + ticks) * this.#timestampScaleNs) / 1e6 };
  }
}
