import { badAudio } from '../errors.ts';
import { samplesToMs } from '../time.ts';
import type { TrackItem } from '../track.ts';
import { GranuleClock } from './clock.ts';
import type { Audio, Mapping } from './mapping.ts';
import { PacketAssembler } from './packets.ts';
import type { Page } from './page.ts';

/** Something may be missing before a page: the damage has been told of, or not yet. */
type Gap = 'none' | 'told' | 'untold';

/** A page whose packets wait for its end: until then it is not known when they sound, or whether its bytes are sound. */
interface HeldPage {
  readonly page: Page;
  readonly gap: Gap;
  readonly lostPart: boolean;
  readonly packets: Uint8Array[];
}

type State =
  | { readonly kind: 'passing_on'; readonly page: Page | undefined; packets: number }
  | { readonly kind: 'holding'; readonly held: HeldPage };

const missingPages: TrackItem = { kind: 'damage', message: 'The Ogg stream is damaged: pages are missing.' };

/** One logical stream's pages to its packets, with their times. */
export class LogicalStream {
  readonly serial: number;
  readonly #mapping: Mapping;
  readonly #assembler: PacketAssembler;
  readonly #clock = new GranuleClock();
  #state: State = { kind: 'passing_on', page: undefined, packets: 0 };
  #nextSequence: number | undefined;
  /** Before the next page. */
  #gap: Gap = 'none';
  #announced = false;
  #ended = false;

  constructor(mapping: Mapping, serial: number) {
    this.#mapping = mapping;
    this.#assembler = new PacketAssembler(mapping);
    this.serial = serial;
  }

  /** Whether another stream may take its place without saying so. */
  get mayBeOver(): boolean {
    return this.#ended || this.#gap !== 'none';
  }

  /** The track item, once all is known that belongs in it, and once only. */
  *announce(joinedMidway?: true): Generator<TrackItem> {
    if (this.#announced || !this.#mapping.audio) return;
    this.#announced = true;
    yield { kind: 'track', format: this.#mapping.audio.format, ...(joinedMidway && { joinedMidway }) };
  }

  /** The first page, of which the packet has made the mapping, is not passed in. */
  begin(page: Page): void {
    this.#nextSequence = (page.sequence + 1) >>> 0;
    this.#ended = page.last;
  }

  page(page: Page): void {
    const missing = this.#nextSequence !== undefined && page.sequence !== this.#nextSequence;
    const lostPart = this.#assembler.page(page.continued, missing);
    const gap = this.#gap === 'none' && (missing || lostPart) ? 'untold' : this.#gap;
    this.begin(page);
    const { audio } = this.#mapping;
    const hold = gap !== 'none' || page.last || !audio || this.#isUnexpected(page, audio);
    this.#state = hold
      ? { kind: 'holding', held: { page, gap, lostPart, packets: [] } }
      : { kind: 'passing_on', page, packets: 0 };
  }

  /** Its first page of all, whose headers nobody has seen: a packet that it continues is nobody's loss. */
  join(page: Page): void {
    this.#assembler.page(page.continued, false);
    this.begin(page);
    this.#state = { kind: 'passing_on', page, packets: 0 };
  }

  *part(bytes: Uint8Array, ends: boolean): Generator<TrackItem> {
    const packet = this.#assembler.part(bytes, ends);
    if (!packet) return;
    if (this.#state.kind === 'holding') {
      this.#state.held.packets.push(packet.slice());
      return;
    }
    const { audio } = this.#mapping;
    if (!audio) return;
    this.#state.packets++;
    const samples = audio.samplesOf(packet);
    yield { kind: 'packet', bytes: packet, atMs: samplesToMs(this.#clock.position, audio.clockRate) };
    this.#clock.advance(samples);
  }

  /** The page is over and was sound. */
  *sound(): Generator<TrackItem> {
    if (this.#state.kind === 'holding') {
      const { held } = this.#state;
      this.#state = { kind: 'passing_on', page: undefined, packets: 0 };
      yield* this.#release(held, held.page.granule);
      return;
    }
    const { page, packets } = this.#state;
    if (page?.granule !== undefined && packets > 0) this.#clock.settle(page.granule);
  }

  /** Damage was told of, within one of this stream's pages or elsewhere. What is held goes out without the page's word. */
  *damage(within: boolean): Generator<TrackItem> {
    this.#gap = 'told';
    if (within) this.#assembler.drop();
    if (this.#state.kind !== 'holding') return;
    const { held } = this.#state;
    this.#state = { kind: 'passing_on', page: undefined, packets: 0 };
    if (this.#mapping.audio) yield* this.#release({ ...held, gap: 'told' }, undefined);
  }

  /** The stream's bytes are over; the last page may be incomplete. */
  *end(): Generator<TrackItem> {
    if (this.#state.kind === 'holding' && this.#mapping.audio) yield* this.#release(this.#state.held, undefined);
  }

  /** Whether the page ends elsewhere than its packets let expect. */
  #isUnexpected({ granule, parts }: Page, { expected }: Audio): boolean {
    const distance = granule === undefined ? undefined : this.#clock.distance(granule);
    if (distance === undefined || !expected) return false;
    const packets = parts.filter(({ length, ends }) => ends && length > 0).length;
    return distance < packets * expected.least || distance > packets * expected.most;
  }

  *#release({ page, gap, lostPart, packets }: HeldPage, granule: number | undefined): Generator<TrackItem> {
    const sounding = packets.filter((packet) => !this.#takeHeader(packet));
    yield* this.announce();
    const { audio } = this.#mapping;
    if (!audio) {
      if (sounding.length > 0)
        throw badAudio('The Ogg stream is damaged: audio comes before its headers are complete.');
      return;
    }
    const lengths = sounding.map((packet) => audio.samplesOf(packet));
    const counted = this.#clock.position;
    const known = sounding.length > 0 && granule !== undefined;
    const { start, discard } = this.#clock.place({
      granule: known ? granule : undefined,
      length: lengths.reduce((sum, length) => sum + length, 0),
      last: page.last,
    });
    const tell = gap === 'untold' && (lostPart || start !== counted);
    // Without a granule the next page has to tell where it lies, and whether anything is missing.
    this.#gap = known || gap === 'none' ? 'none' : tell ? 'told' : gap;
    if (tell) yield missingPages;
    yield* timed(sounding, lengths, { start, discard, clockRate: audio.clockRate });
  }

  #takeHeader(packet: Uint8Array): boolean {
    if (!this.#mapping.isHeader(packet)) return false;
    if (this.#mapping.wantsHeader) this.#mapping.header(packet);
    return true;
  }
}

interface Timing {
  readonly start: number;
  readonly discard: number;
  readonly clockRate: number;
}

/** The packets one after the other from `start`; what is discarded is taken from the last ones. */
function* timed(packets: readonly Uint8Array[], lengths: readonly number[], { start, discard, clockRate }: Timing) {
  const end = start + lengths.reduce((sum, length) => sum + length, 0) - discard;
  let at = start;
  for (const [index, bytes] of packets.entries()) {
    const length = lengths[index];
    const padding = Math.min(Math.max(at + length - end, 0), length);
    const item: TrackItem = { kind: 'packet', bytes, atMs: samplesToMs(at, clockRate) };
    yield padding > 0 ? { ...item, discardMs: samplesToMs(padding, clockRate) } : item;
    at += length;
  }
}
