import { badAudio } from '../errors.ts';
import { OpusStream, opusRateFor } from '../opus/decoder.ts';
import type { OpusHead } from '../opus/head.ts';
import { Resampler } from '../resample/resampler.ts';

/** A recorder changes its channel layout rarely if ever; each change costs a decoder. */
const maxOpenings = 16;

type State =
  | { readonly kind: 'closed' }
  | { readonly kind: 'open'; readonly stream: OpusStream }
  | { readonly kind: 'freed' };

/** Opus packets of one client to mono samples at the engine's rate, over as many streams as follow each other. */
export class OpusSound {
  readonly #sampleRate: number;
  readonly #resampler: Resampler;
  #state: State = { kind: 'closed' };
  #openings = 0;

  constructor(sampleRate: number) {
    this.#sampleRate = sampleRate;
    this.#resampler = new Resampler(opusRateFor(sampleRate), sampleRate);
  }

  get opened(): boolean {
    return this.#state.kind === 'open';
  }

  /** A stream begins. Opens a decoder, unless the one of the stream before fits; freed meanwhile, it opens none. */
  async begin(head: OpusHead): Promise<void> {
    if (this.#state.kind === 'freed') return;
    if (this.#state.kind === 'open') {
      if (sameLayout(this.#state.stream.layout, head.layout)) {
        this.#state.stream.restart(head);
        return;
      }
      this.#state.stream.free();
      this.#state = { kind: 'closed' };
    }
    if (++this.#openings > maxOpenings) throw badAudio(`The channel layout changed more than ${maxOpenings} times.`);
    const stream = await OpusStream.open(head, this.#sampleRate);
    if (this.freed) stream.free();
    else this.#state = { kind: 'open', stream };
  }

  get freed(): boolean {
    return this.#state.kind === 'freed';
  }

  /** The samples of one packet. Call it after `begin`. */
  decode(packet: Uint8Array): Int16Array {
    if (this.#state.kind !== 'open') throw new Error('No Opus stream has begun.');
    return this.#resampler.push(this.#state.stream.decode(packet));
  }

  end(): Int16Array {
    return this.#resampler.flush();
  }

  free(): void {
    if (this.#state.kind === 'open') this.#state.stream.free();
    this.#state = { kind: 'freed' };
  }
}

function sameLayout(a: OpusHead['layout'], b: OpusHead['layout']): boolean {
  return (
    a.channels === b.channels &&
    a.streams === b.streams &&
    a.coupledStreams === b.coupledStreams &&
    a.mapping.every((source, channel) => source === b.mapping[channel])
  );
}
