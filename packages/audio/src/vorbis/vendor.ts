import { OggVorbisDecoder } from '@wasm-audio-decoders/ogg-vorbis';

/**
 * The part of `@wasm-audio-decoders/ogg-vorbis` 0.1 that takes packets. Its public face takes only pages, and answers later.
 */
export interface PacketDecoder {
  sendSetupHeader(packet: Uint8Array): void;
  initDsp(): void;
  decodePackets(packets: readonly Uint8Array[]): DecodedPackets;
  free(): void;
  /** How many errors there are that `decodePackets` has not told yet. */
  readonly _errorsLength: { readonly buf: Int32Array };
}

export interface DecodedPackets {
  readonly channelData: readonly Float32Array[];
  readonly samplesDecoded: number;
  readonly errors: readonly unknown[];
}

const methods = [
  'sendSetupHeader',
  'initDsp',
  'decodePackets',
  'free',
] as const satisfies readonly (keyof PacketDecoder)[];

const isPacketDecoder = (value: unknown): value is PacketDecoder =>
  typeof value === 'object' &&
  value !== null &&
  methods.every((method) => typeof Reflect.get(value, method) === 'function') &&
  '_errorsLength' in value;

/** Bytes of a packet that the vendor has room for; it throws a RangeError for more. */
export const maxPacketBytes = 131_072;

/** Whoever opens it frees it, once. */
export async function openPacketDecoder(): Promise<PacketDecoder> {
  const decoder = new OggVorbisDecoder();
  await decoder.ready;
  const inner: unknown = Reflect.get(decoder, '_decoder');
  if (!isPacketDecoder(inner)) throw new Error('This version of @wasm-audio-decoders/ogg-vorbis takes no packets.');
  return inner;
}
