import { bitsOf, VorbisBits } from './bits.ts';
import type { Identification } from './identification.ts';

/** How long the packets of a stream sound, which depends on the block before (Vorbis I specification, 4.3.8). */
export class BlockSizes {
  readonly #sizes: readonly [number, number];
  readonly #modes: readonly boolean[];
  #previous: number | undefined;

  constructor({ blockSizes }: Identification, modes: readonly boolean[]) {
    this.#sizes = blockSizes;
    this.#modes = modes;
  }

  /** Samples in the packet's block; `undefined` for a packet that is not audio. */
  blockOf(packet: Uint8Array): number | undefined {
    const bits = new VorbisBits(packet, 0);
    if (bits.read(1) !== 0) return undefined;
    const mode = this.#modes[bits.read(bitsOf(this.#modes.length - 1))];
    return mode === undefined ? undefined : this.#sizes[mode ? 1 : 0];
  }

  /** Samples that the packet completes if it comes next: none for the first one, otherwise half of both its halves. */
  samplesOf(packet: Uint8Array): number {
    const block = this.blockOf(packet);
    return block === undefined || this.#previous === undefined ? 0 : (this.#previous + block) / 4;
  }

  /** The packet has been decoded. */
  advance(packet: Uint8Array): void {
    this.#previous = this.blockOf(packet) ?? this.#previous;
  }

  /** The fewest and the most samples that a packet after the first may complete. */
  get bounds(): { readonly least: number; readonly most: number } {
    return { least: this.#sizes[0] / 2, most: this.#sizes[1] / 2 };
  }
}
