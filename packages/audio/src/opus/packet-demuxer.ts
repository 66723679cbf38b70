import type { Demuxer, TrackItem } from '../track.ts';
import { plainOpusHead } from './head.ts';

/** Raw Opus: one packet for each read. */
export class OpusPacketDemuxer implements Demuxer {
  #begun = false;

  *read(packet: Uint8Array): Generator<TrackItem> {
    if (!this.#begun) yield { kind: 'track', format: { codec: 'opus', head: plainOpusHead } };
    this.#begun = true;
    yield { kind: 'packet', bytes: packet };
  }
}
