import { Gathered } from './bytes.ts';
import type { Decoder } from './decode/decoder.ts';
import { openDeclared, openRecognised } from './decode/open.ts';
import { detect } from './detect.ts';
import { checkDeclaredFormat, checkSampleRate, type DeclaredFormat } from './format.ts';
import { joinSamples } from './samples.ts';

export interface IntakeOptions {
  readonly declared: DeclaredFormat;
  /** The engine's rate, Hz. */
  readonly sampleRate: number;
}

type State =
  | {
      readonly kind: 'detecting';
      /** What has come while it may still become a magic: a few bytes, at most 8,194 and one message. */
      readonly head: Gathered;
      /** Where each message ended, for a message may be a packet. */
      readonly ends: number[];
    }
  | { readonly kind: 'decoding'; readonly decoder: Decoder }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'ended' };

/**
 * One client's audio, in whatever form it comes, to mono samples at the engine's rate.
 *
 * The bytes decide: a container that is recognised is decoded or refused whatever was declared; anything else is taken as
 * declared. Everything it throws on account of the audio is an `AudioError`, and every later push throws the same.
 */
export class Intake {
  readonly #declared: DeclaredFormat;
  readonly #sampleRate: number;
  #state: State = { kind: 'detecting', head: new Gathered(), ends: [] };
  #pushing = false;

  /** Throws `unsupported_audio` for a rate or a number of channels beyond the limits. */
  constructor({ declared, sampleRate }: IntakeOptions) {
    checkDeclaredFormat(declared);
    checkSampleRate(sampleRate);
    this.#declared = declared;
    this.#sampleRate = sampleRate;
  }

  /**
   * The samples that these bytes complete, possibly none; valid until the next push, and while `bytes` are: PCM that needs no
   * change is not copied. Waits only while a decoder is being opened, and the next push waits for this one. With the encoding
   * `opus` each push is one packet. Memory grows with the size of one push: slice big messages.
   */
  async push(bytes: Uint8Array): Promise<Int16Array> {
    if (this.#pushing) throw new Error('A push has to wait for the one before it.');
    this.#pushing = true;
    try {
      return await this.#take(bytes);
    } catch (error) {
      this.free();
      this.#state = { kind: 'failed', error };
      throw error;
    } finally {
      this.#pushing = false;
    }
  }

  /** The last samples. An incomplete sample or packet is dropped. The intake takes nothing more. */
  end(): Int16Array {
    const parts: Int16Array[] = [];
    // Bytes that might have become a magic were PCM after all; of Opus they are an incomplete packet.
    if (this.#state.kind === 'detecting' && this.#declared.encoding !== 'opus') {
      const held = this.#state.head.view();
      const decoder = this.#decodeWith(openDeclared(this.#declared, this.#sampleRate));
      const samples = decoder.push(held);
      if (samples instanceof Int16Array) parts.push(samples);
    }
    if (this.#state.kind === 'decoding') parts.push(this.#state.decoder.end());
    this.free();
    return joinSamples(parts);
  }

  /** Gives the decoder back. May be called again and at any time; a push that is under way yields nothing more. */
  free(): void {
    if (this.#state.kind === 'decoding') this.#state.decoder.free();
    if (this.#state.kind !== 'failed') this.#state = { kind: 'ended' };
  }

  #take(bytes: Uint8Array): Int16Array | Promise<Int16Array> {
    switch (this.#state.kind) {
      case 'detecting':
        return this.#detect(this.#state, bytes);
      case 'decoding':
        return bytes.length === 0 ? joinSamples([]) : this.#state.decoder.push(bytes);
      case 'failed':
        throw this.#state.error;
      case 'ended':
        throw new Error('The intake has ended.');
      default:
        return this.#state satisfies never;
    }
  }

  #detect({ head, ends }: Extract<State, { kind: 'detecting' }>, bytes: Uint8Array): Int16Array | Promise<Int16Array> {
    if (bytes.length === 0) return joinSamples([]);
    const heldBefore = head.length > 0;
    if (heldBefore) head.append(bytes);
    const first = heldBefore ? head.view() : bytes;
    const detection = detect(first);
    switch (detection.kind) {
      case 'undecided':
        if (!heldBefore) head.append(bytes);
        ends.push(head.length);
        return joinSamples([]);
      case 'recognised':
        return this.#decodeWith(openRecognised(detection.format, this.#sampleRate)).push(first);
      case 'raw': {
        const decoder = this.#decodeWith(openDeclared(this.#declared, this.#sampleRate));
        const packets = this.#declared.encoding === 'opus' && heldBefore;
        return packets ? pushEach(decoder, first, [...ends, first.length]) : decoder.push(first);
      }
      default:
        return detection satisfies never;
    }
  }

  #decodeWith(decoder: Decoder): Decoder {
    this.#state = { kind: 'decoding', decoder };
    return decoder;
  }
}

/** Pushes the messages that were held together one by one. */
async function pushEach(decoder: Decoder, held: Uint8Array, ends: readonly number[]): Promise<Int16Array> {
  const parts: Int16Array[] = [];
  let start = 0;
  for (const end of ends) {
    parts.push(await decoder.push(held.subarray(start, end)));
    start = end;
  }
  return joinSamples(parts);
}
