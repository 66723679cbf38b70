/** Where a page's packets lie, in granules from the stream's first audio. */
export interface PagePlace {
  readonly start: number;
  /** Granules at the end of the page that are padding. */
  readonly discard: number;
}

export interface PageEnd {
  readonly granule: number | undefined;
  /** The granules that the packets take which end on the page. */
  readonly length: number;
  /** It is the stream's last page, whose granule may lie before the end of its packets (RFC 7845, 4.4). */
  readonly last: boolean;
}

/**
 * The position in a stream: counted from packet to packet, and set right by the granules of the pages. Its zero is the first
 * packet, whatever the granule there: a relay hands out streams from their middle.
 */
export class GranuleClock {
  #position = 0;
  /** The granule at position 0. */
  #origin: number | undefined;

  get position(): number {
    return this.#position;
  }

  advance(granules: number): void {
    this.#position += granules;
  }

  /** How far a granule is from the position; `undefined` while no granule is known. */
  distance(granule: number): number | undefined {
    return this.#origin === undefined ? undefined : granule - this.#origin - this.#position;
  }

  /** A page is over, of which each packet was counted as it came. */
  settle(granule: number): void {
    this.#origin ??= granule - this.#position;
    this.#position = granule - this.#origin;
  }

  /** Places a page that was held. A last page that ends before its packets do is padded; none goes back in time. */
  place({ granule, length, last }: PageEnd): PagePlace {
    const counted = { start: this.#position, discard: 0 };
    // A last page that is also the first has its padding at its end; its stream begins at 0.
    if (last) this.#origin ??= 0;
    const beyond = granule === undefined ? undefined : this.distance(granule);
    if (granule === undefined || beyond === undefined) {
      this.#position += length;
      if (granule !== undefined) this.#origin = granule - this.#position;
      return counted;
    }
    const excess = length - beyond;
    this.#position += beyond;
    if (last && excess >= 0) return { ...counted, discard: Math.min(excess, length) };
    return { start: this.#position - length, discard: 0 };
  }
}
