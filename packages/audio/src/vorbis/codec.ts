import { badAudio } from '../errors.ts';
import type { Codec, MonoSamples } from '../track.ts';
import { BlockSizes } from './blocks.ts';
import { identificationBytes, parseIdentification } from './identification.ts';
import { parseModes } from './setup.ts';
import { maxPacketBytes, openPacketDecoder, type PacketDecoder } from './vendor.ts';

type Headers = readonly [Uint8Array, Uint8Array, Uint8Array];

/** Vorbis packets to mono floats at the stream's rate. The first packet completes no samples. */
export async function openVorbis(headers: Headers): Promise<Codec> {
  const [first, , setup] = headers;
  const identification = parseIdentification(first);
  const blocks = new BlockSizes(identification, parseModes(setup, identification.channels));
  if (setup.length > maxPacketBytes) {
    throw badAudio(`The Vorbis setup header has ${setup.length} bytes, at most ${maxPacketBytes} are expected.`);
  }
  const decoder = await openPacketDecoder();
  // The vendor has a comment header of its own.
  decoder.sendSetupHeader(first.subarray(0, identificationBytes));
  if (!isRefused(decoder)) decoder.sendSetupHeader(setup);
  if (!isRefused(decoder)) decoder.initDsp();
  // It is not freed then: the vendor would free what it has not made. Its memory goes with the object.
  if (isRefused(decoder)) throw badAudio('The Vorbis headers are damaged: libvorbis refuses them.');
  return new VorbisCodec(decoder, blocks, identification.sampleRate);
}

/** The vendor tells errors in headers with the first packet only. */
const isRefused = ({ _errorsLength }: PacketDecoder): boolean => _errorsLength.buf[0] > 0;

class VorbisCodec implements Codec {
  readonly sampleRate: number;
  readonly #blocks: BlockSizes;
  #decoder: PacketDecoder | undefined;

  constructor(decoder: PacketDecoder, blocks: BlockSizes, sampleRate: number) {
    this.#decoder = decoder;
    this.#blocks = blocks;
    this.sampleRate = sampleRate;
  }

  decode(packet: Uint8Array): MonoSamples | undefined {
    if (!this.#decoder) throw new Error('The Vorbis decoder was freed.');
    if (packet.length > maxPacketBytes || this.#blocks.blockOf(packet) === undefined) return undefined;
    const expected = this.#blocks.samplesOf(packet);
    const { channelData, samplesDecoded, errors } = this.#decoder.decodePackets([packet]);
    if (errors.length > 0 || samplesDecoded !== expected) return undefined;
    this.#blocks.advance(packet);
    return average(channelData, samplesDecoded);
  }

  statedSamples(packet: Uint8Array): number {
    return this.#blocks.samplesOf(packet);
  }

  end(): MonoSamples {
    return new Float32Array(0);
  }

  free(): void {
    this.#decoder?.free();
    this.#decoder = undefined;
  }
}

function average(channels: readonly Float32Array[], samples: number): Float32Array {
  if (channels.length === 1) return channels[0];
  const mono = new Float32Array(samples);
  for (const channel of channels) for (let i = 0; i < samples; i++) mono[i] += channel[i];
  for (let i = 0; i < samples; i++) mono[i] /= channels.length;
  return mono;
}
