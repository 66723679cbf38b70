import type { OpusHead } from './opus/head.ts';
import type { PcmFormat } from './pcm/format.ts';

/** What a container says of the audio track that is decoded. Byte arrays are the receiver's own. */
export type TrackFormat =
  | { readonly codec: 'opus'; readonly head: OpusHead }
  | { readonly codec: 'pcm'; readonly format: PcmFormat }
  /** `streamInfo` is the body of the STREAMINFO block (RFC 9639, 8.2): 34 bytes. */
  | { readonly codec: 'flac'; readonly streamInfo: Uint8Array }
  /** The three header packets (Vorbis I specification, 4.2): identification, comment, setup. */
  | { readonly codec: 'vorbis'; readonly headers: readonly [Uint8Array, Uint8Array, Uint8Array] }
  | { readonly codec: 'mp3' }
  /** `config` is an AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1); a packet is one raw access unit without ADTS header. */
  | { readonly codec: 'aac'; readonly config: Uint8Array };

/** What a demuxer finds, in the order of the stream. */
export type TrackItem =
  /** A track begins: at the beginning, and again wherever a second header stands in the stream. */
  | {
      readonly kind: 'track';
      readonly format: TrackFormat;
      /** Milliseconds at the beginning that the encoder put there and that are not to be heard, beside an Opus head's pre-skip. */
      readonly skipMs?: number;
      /** The stream was joined after its header; `format` is a guess from what follows. */
      readonly joinedMidway?: boolean;
    }
  | {
      readonly kind: 'packet';
      /** Valid until the next item is asked for. */
      readonly bytes: Uint8Array;
      /** When the packet sounds by the container's own clock, whose zero is anywhere; absent where it has no clock. */
      readonly atMs?: number;
      /** Milliseconds at its end that are padding of the encoder. */
      readonly discardMs?: number;
    }
  /** Bytes were lost or made no sense and were passed over; `message` is a sentence for the client. */
  | { readonly kind: 'damage'; readonly message: string };

/** A container's bytes, as they arrive, to the packets of its first audio track that can be decoded. */
export interface Demuxer {
  /** What these bytes complete; read it to its end. Throws an `AudioError`, and is of no use thereafter. */
  read(bytes: Uint8Array): Iterable<TrackItem>;
  /** What was held back until it was certain where it ends. */
  end?(): Iterable<TrackItem>;
}

/** Mono; floats have full scale at 1. */
export type MonoSamples = Int16Array | Float32Array;

/** One track's packets to mono samples at the codec's own rate. Channels are mixed by their average. */
export interface Codec {
  /** Hz, of what was returned last. */
  readonly sampleRate: number;
  /** The samples of one packet, valid until the next call; `undefined` for a damaged packet. Never writes to the console. */
  decode(packet: Uint8Array): MonoSamples | undefined;
  /** How long a damaged packet would have sounded, in samples at `sampleRate`; 0 where it does not say. */
  statedSamples(packet: Uint8Array): number;
  /** A codec that decodes elsewhere: the samples that the packets so far still owe. Has a time limit. */
  settle?(): Promise<MonoSamples>;
  /** What was still on its way through. */
  end(): MonoSamples | Promise<MonoSamples>;
  /** Gives everything back; may be called again, and at any time. */
  free(): void;
}
