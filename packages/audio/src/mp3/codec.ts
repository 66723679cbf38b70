import type { MPEGDecodedAudio, MPEGDecoder } from 'mpg123-decoder';
import type { Codec } from '../track.ts';
import { type Mp3Header, mp3 } from './header.ts';
import { openMpg123 } from './mpg123.ts';

/** The highest rate of MPEG audio, Hz: what is stated before the first frame. */
const highestRate = 48_000;

const nothing = new Float32Array(0);

/** Opens a decoder for frames of MPEG audio, layer III; mode and rate may change between them. Whoever opens it frees it. */
export const openMp3 = async (): Promise<Codec> => new Mp3Codec(await openMpg123());

type State =
  | { readonly kind: 'open'; readonly decoder: MPEGDecoder }
  /** After an error the decoder is not asked again: each further packet is damaged. */
  | { readonly kind: 'broken' }
  | { readonly kind: 'freed' };

class Mp3Codec implements Codec {
  #state: State;
  #sampleRate = highestRate;

  constructor(decoder: MPEGDecoder) {
    this.#state = { kind: 'open', decoder };
  }

  get sampleRate(): number {
    return this.#sampleRate;
  }

  decode(packet: Uint8Array): Float32Array | undefined {
    if (this.#state.kind === 'freed') throw new Error('The MP3 decoder was freed.');
    const header = headerOf(packet);
    if (!header || packet.length < header.frameBytes || this.#state.kind === 'broken') return undefined;
    const decoded = this.#decode(this.#state.decoder, packet.subarray(0, header.frameBytes));
    if (!decoded) return undefined;
    // A frame that holds no sound but a description of it.
    if (decoded.samplesDecoded === 0) return nothing;
    if (decoded.samplesDecoded !== header.samples || decoded.sampleRate !== header.sampleRate) return undefined;
    this.#sampleRate = header.sampleRate;
    const [left, right] = decoded.channelData;
    return header.channels === 1 ? left : mix(left, right);
  }

  statedSamples(packet: Uint8Array): number {
    return headerOf(packet)?.samples ?? 0;
  }

  end(): Float32Array {
    return nothing;
  }

  free(): void {
    if (this.#state.kind === 'open') this.#state.decoder.free();
    this.#state = { kind: 'freed' };
  }

  #decode(decoder: MPEGDecoder, frame: Uint8Array): MPEGDecodedAudio | undefined {
    try {
      return decoder.decodeFrame(frame);
    } catch {
      decoder.free();
      this.#state = { kind: 'broken' };
      return undefined;
    }
  }
}

/** Of layer III only: for some frames of layer II mpg123 writes to the console. */
function headerOf(packet: Uint8Array): Mp3Header | undefined {
  const header = packet.length < mp3.headerBytes ? undefined : mp3.parse(packet, 0);
  return header?.layer === 3 ? header : undefined;
}

function mix(left: Float32Array, right: Float32Array): Float32Array {
  for (let i = 0; i < left.length; i++) left[i] = (left[i] + right[i]) / 2;
  return left;
}
