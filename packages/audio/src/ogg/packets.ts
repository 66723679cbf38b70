import { Gathered } from '../bytes.ts';
import { badAudio } from '../errors.ts';
import type { Mapping } from './mapping.ts';

/** A packet is gathered over its pages. Audio packets have some KB; the headers of Vorbis may hold more text than sense. */
const maxPacketBytes = 1_048_576;

type State =
  /** A packet begins with the next part. */
  | { readonly kind: 'between' }
  /** Its beginning lies in `#gathered`. */
  | { readonly kind: 'gathering' }
  /** It is a header that is not needed, or its beginning was lost. */
  | { readonly kind: 'passing' };

/** The packets of one logical stream from the parts on its pages. */
export class PacketAssembler {
  readonly #mapping: Mapping;
  readonly #gathered = new Gathered();
  #state: State = { kind: 'between' };

  constructor(mapping: Mapping) {
    this.#mapping = mapping;
  }

  /**
   * A page begins; `missing` says that it does not follow the one before. Whether the beginning or the end of a packet was
   * lost, other than of a mere header.
   */
  page(continued: boolean, missing: boolean): boolean {
    const { kind } = this.#state;
    const fits = !missing && continued === (kind !== 'between');
    if (fits) return false;
    this.drop();
    if (continued) this.#state = { kind: 'passing' };
    return continued ? kind !== 'passing' : kind === 'gathering';
  }

  /** Whatever was begun will not be ended. */
  drop(): void {
    this.#gathered.clear();
    this.#state = { kind: 'between' };
  }

  /** The packet that a part completes, valid as long as the part; empty ones, and headers nobody wants, are passed over. */
  part(bytes: Uint8Array, ends: boolean): Uint8Array | undefined {
    if (this.#state.kind === 'between') {
      if (ends) return bytes.length > 0 && !this.#mayPass(bytes) ? bytes : undefined;
      this.#state = { kind: this.#mayPass(bytes) ? 'passing' : 'gathering' };
    }
    if (this.#state.kind === 'gathering') {
      if (this.#gathered.length + bytes.length > maxPacketBytes) {
        throw badAudio(`The Ogg stream is damaged: a packet has more than ${maxPacketBytes} bytes.`);
      }
      this.#gathered.append(bytes);
    }
    if (!ends) return undefined;
    const whole = this.#state.kind === 'gathering' ? this.#gathered.take() : undefined;
    this.#state = { kind: 'between' };
    return whole;
  }

  #mayPass(start: Uint8Array): boolean {
    return this.#mapping.isHeader(start) && !this.#mapping.wantsHeader;
  }
}
