import { Gathered } from './bytes.ts';
import type { Decoder } from './decode/decoder.ts';
import { type DecoderOptions, formatName, openDeclared, openRecognised, restarts } from './decode/open.ts';
import type { OpenAac } from './decode/open-codec.ts';
import { detect, headerAt, type Recognised } from './detect.ts';
import { checkDeclaredFormat, checkSampleRate, type DeclaredFormat, type RawEncoding } from './format.ts';
import { type Notice, Notices } from './notices.ts';
import { joinSamples } from './samples.ts';

export interface IntakeOptions {
  readonly declared: DeclaredFormat;
  /** The engine's rate, Hz. */
  readonly sampleRate: number;
  /** Opens a codec for AAC, which is not decoded in this package; without it AAC is `unsupported_audio`. */
  readonly openAac?: OpenAac;
}

/** What a client's audio can turn out to be, in one word. */
export type FormatName = RawEncoding | Exclude<Recognised, 'webm_midway'>;

type State =
  | {
      readonly kind: 'detecting';
      /** What has come while it may still become a magic: a few bytes, at most some frames of MP3 or AAC and one message. */
      readonly head: Gathered;
      /** Where each message ended, for a message may be a packet. */
      readonly ends: number[];
    }
  | { readonly kind: 'decoding'; readonly decoder: Decoder; readonly format: Recognised | 'declared' }
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
  readonly #notices = new Notices();
  readonly #options: DecoderOptions;
  #state: State = { kind: 'detecting', head: new Gathered(), ends: [] };
  #format: FormatName | undefined;
  #pushing = false;

  /** Throws `unsupported_audio` for a rate or a number of channels beyond the limits. */
  constructor({ declared, sampleRate, openAac }: IntakeOptions) {
    checkDeclaredFormat(declared);
    checkSampleRate(sampleRate);
    this.#declared = declared;
    this.#options = { engineRate: sampleRate, openAac, notices: this.#notices };
  }

  /** What the audio is taken for; `undefined` until that is known. It stays known when the audio cannot be decoded. */
  get format(): FormatName | undefined {
    return this.#format;
  }

  /**
   * The samples that these bytes complete, possibly none; valid until the next push, and while `bytes` are: PCM that needs no
   * change is not copied. A promise only while a decoder is being opened, or works elsewhere, or to reject; the next push
   * waits for it. With the encoding `opus` each push is one packet. Memory grows with the size of one push: slice big messages.
   */
  push(bytes: Uint8Array): Int16Array | Promise<Int16Array> {
    try {
      this.#begin();
    } catch (error) {
      return Promise.reject(error);
    }
    try {
      const taken = this.#take(plain(bytes));
      if (!(taken instanceof Int16Array)) return this.#settle(taken);
      this.#pushing = false;
      return taken;
    } catch (error) {
      this.#pushing = false;
      return Promise.reject(this.#fail(error));
    }
  }

  /** The last samples. An incomplete sample or packet is dropped. The intake takes nothing more. */
  async end(): Promise<Int16Array> {
    this.#begin();
    try {
      return await this.#finish();
    } catch (error) {
      throw this.#fail(error);
    } finally {
      this.#pushing = false;
      this.free();
    }
  }

  /** What the client should be told of its audio, once. */
  takeNotices(): readonly Notice[] {
    return this.#notices.take();
  }

  /** Gives the decoder back. May be called again and at any time; a push that is under way yields nothing more. */
  free(): void {
    if (this.#state.kind === 'decoding') this.#state.decoder.free();
    if (this.#state.kind !== 'failed') this.#state = { kind: 'ended' };
  }

  async #settle(taking: Promise<Int16Array>): Promise<Int16Array> {
    try {
      return await taking;
    } catch (error) {
      throw this.#fail(error);
    } finally {
      this.#pushing = false;
    }
  }

  #begin(): void {
    if (this.#pushing) throw new Error('A push has to wait for the one before it.');
    this.#pushing = true;
  }

  #fail(error: unknown): unknown {
    this.free();
    this.#state = { kind: 'failed', error };
    return error;
  }

  #take(bytes: Uint8Array): Int16Array | Promise<Int16Array> {
    switch (this.#state.kind) {
      case 'detecting':
        return this.#detect(this.#state, bytes);
      case 'decoding':
        return this.#decode(this.#state, bytes);
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
        return this.#openRecognised(detection.format).push(first);
      case 'raw': {
        const decoder = this.#openDeclared();
        const packets = this.#declared.encoding === 'opus' && heldBefore;
        return packets ? pushEach(decoder, first, [...ends, first.length]) : decoder.push(first);
      }
      default:
        return detection satisfies never;
    }
  }

  #decode(
    { decoder, format }: Extract<State, { kind: 'decoding' }>,
    bytes: Uint8Array,
  ): Int16Array | Promise<Int16Array> {
    if (bytes.length === 0) return joinSamples([]);
    const found = headerAt(bytes);
    if (found && !(format !== 'declared' && restarts(format, found))) return this.#restart(decoder, found, bytes);
    return decoder.push(bytes);
  }

  /** Another recording begins on the same socket. */
  async #restart(before: Decoder, found: Recognised, bytes: Uint8Array): Promise<Int16Array> {
    const tail = await before.end();
    before.free();
    if (this.#state.kind !== 'decoding') return joinSamples([]);
    this.#notices.add('restarted', `The stream goes on as ${formatName(found)} with a header of its own.`);
    return joinSamples([tail, await this.#openRecognised(found).push(bytes)]);
  }

  #finish(): Int16Array | Promise<Int16Array> {
    if (this.#state.kind === 'decoding') return this.#state.decoder.end();
    if (this.#state.kind === 'detecting') return this.#finishDetecting(this.#state.head);
    return joinSamples([]);
  }

  /** Bytes that might have become a magic were PCM after all; of Opus they are an incomplete packet. */
  async #finishDetecting(head: Gathered): Promise<Int16Array> {
    if (this.#declared.encoding === 'opus' || head.length === 0) return joinSamples([]);
    const decoder = this.#openDeclared();
    return joinSamples([await decoder.push(head.view()), await decoder.end()]);
  }

  #openDeclared(): Decoder {
    const { encoding } = this.#declared;
    this.#format = encoding === 'auto' ? 'pcm16' : encoding;
    const decoder = openDeclared(this.#declared, this.#options);
    this.#state = { kind: 'decoding', decoder, format: 'declared' };
    return decoder;
  }

  #openRecognised(format: Recognised): Decoder {
    const { encoding } = this.#declared;
    if (encoding !== 'auto') {
      const name = formatName(format);
      this.#notices.add(
        'format_differs',
        `The audio was declared as ${encoding}, but its bytes are ${name}; it is decoded as ${name}.`,
      );
    }
    this.#format = format === 'webm_midway' ? 'webm' : format;
    const decoder = openRecognised(format, this.#options);
    this.#state = { kind: 'decoding', decoder, format };
    return decoder;
  }
}

/** Node's `Buffer` has a `slice` that does not copy: whoever keeps a piece of a message has to be able to rely on one that does. */
const plain = (bytes: Uint8Array): Uint8Array =>
  bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Pushes the messages that were held together one by one. */
async function pushEach(decoder: Decoder, held: Uint8Array, ends: readonly number[]): Promise<Int16Array> {
  const parts: Int16Array[] = [];
  let start = 0;
  for (const end of ends) {
    parts.push((await decoder.push(held.subarray(start, end))).slice());
    start = end;
  }
  return joinSamples(parts);
}
