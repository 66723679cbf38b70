import { badAudio, unsupportedAudio } from '../errors.ts';
import type { OpusHead } from '../opus/head.ts';
import { BlockReader } from './block.ts';
import { type EbmlItem, EbmlReader } from './ebml.ts';
import { id } from './elements.ts';
import { type AudioTrack, asciiName, TrackChooser } from './tracks.ts';
import { readUint } from './vint.ts';

export type WebmItem =
  /** The audio track is known, at the beginning and whenever the recorder began anew. */
  | { readonly kind: 'track'; readonly head: OpusHead }
  /** `bytes` is valid until the next `read`; `atMs` is the time the container gives the packet's block. */
  | { readonly kind: 'packet'; readonly bytes: Uint8Array; readonly atMs: number };

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

/** WebM or Matroska, as it arrives, to the Opus packets of its first Opus track. */
export class WebmDemuxer {
  readonly #reader = new EbmlReader();
  #place: Place = { kind: 'before_tracks' };
  #timestampScaleNs = defaultTimestampScaleNs;
  #clusterTicks = 0;
  #bytesWithoutPacket = 0;

  /** What these bytes complete. Read it to its end. Throws an `AudioError`, and is of no use thereafter. */
  *read(bytes: Uint8Array): Generator<WebmItem> {
    for (const item of this.#reader.read(bytes)) yield* this.#accept(item);
    this.#bytesWithoutPacket += bytes.length;
    if (this.#bytesWithoutPacket > maxBytesWithoutPacket) {
      throw badAudio(`The WebM stream holds no audio within ${maxBytesWithoutPacket} bytes.`);
    }
  }

  *#accept(item: EbmlItem): Generator<WebmItem> {
    if (this.#place.kind === 'tracks') {
      this.#place.chooser.accept(item);
      if (item.kind === 'close' && item.id === id.tracks) yield this.#begin(this.#place.chooser.chosen());
      return;
    }
    switch (item.kind) {
      case 'open':
        this.#enter(item.id);
        return;
      case 'value':
        this.#keep(item.id, item.bytes);
        return;
      case 'piece':
        yield* this.#packets(item);
        return;
      case 'close':
        return;
      default:
        item satisfies never;
    }
  }

  #enter(opened: number): void {
    if (opened === id.ebml || opened === id.segment) {
      this.#place = { kind: 'before_tracks' };
      this.#timestampScaleNs = defaultTimestampScaleNs;
    }
    if (opened === id.tracks) this.#place = { kind: 'tracks', chooser: new TrackChooser() };
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
    if (kept !== id.docType) return;
    const docType = asciiName(bytes);
    if (docType === 'webm' || docType === 'matroska') return;
    throw unsupportedAudio(`The EBML document is of the type "${docType}"; expected webm or matroska.`);
  }

  #begin({ number, head }: AudioTrack): WebmItem {
    this.#place = { kind: 'clusters', blocks: new BlockReader(number) };
    return { kind: 'track', head };
  }

  *#packets(piece: Extract<EbmlItem, { kind: 'piece' }>): Generator<WebmItem> {
    if (this.#place.kind !== 'clusters') return;
    for (const { bytes, ticks } of this.#place.blocks.read(piece)) {
      this.#bytesWithoutPacket = 0;
      yield { kind: 'packet', bytes, atMs: ((this.#clusterTicks + ticks) * this.#timestampScaleNs) / 1e6 };
    }
  }
}
