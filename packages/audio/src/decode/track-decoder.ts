import { badAudio } from '../errors.ts';
import type { Notices } from '../notices.ts';
import { Resampler } from '../resample/resampler.ts';
import { joinSamples } from '../samples.ts';
import type { Codec, Demuxer, MonoSamples, TrackFormat, TrackItem } from '../track.ts';
import { ContainerClock } from './container-clock.ts';
import type { Decoder } from './decoder.ts';
import { type CodecOptions, continues, openCodec } from './open-codec.ts';

type Track = Extract<TrackItem, { kind: 'track' }>;
type Packet = Extract<TrackItem, { kind: 'packet' }>;

/**
 * A few bytes may ask for much sound: two of Opus for 120 ms, a time stamp for a gap. An encoder that sends silence makes
 * some 100 s of 32 KiB; more than three times that is an attempt to have the server make audio without end.
 */
const sliceBytes = 32_768;
const maxSecondsPerSlice = 300;

/** A clock that jumps further tells of another recording, not of audio that was lost. */
const maxGapMs = 60_000;

/** A second of the usual 20 ms packets: damage that lasts longer is no damage but another format. */
const maxBadInRow = 50;

/** A recorder changes its format rarely if ever, a radio stream with each piece; each change may cost a decoder. */
const maxOpenings = 16;
const secondsPerOpening = 10;

type State =
  | { readonly kind: 'closed' }
  | { readonly kind: 'open'; readonly codec: Codec; readonly format: TrackFormat }
  | { readonly kind: 'freed' };

export interface TrackDecoderOptions extends CodecOptions {
  readonly demuxer: Demuxer;
  readonly notices: Notices;
}

/** A container's track to mono samples at the engine's rate, over as many tracks as follow each other. */
export class TrackDecoder implements Decoder {
  readonly #options: TrackDecoderOptions;
  readonly #clock = new ContainerClock();
  #state: State = { kind: 'closed' };
  #resampler: { readonly from: number; readonly resampler: Resampler } | undefined;
  /** What the push under way has made. */
  #parts: Int16Array[] = [];
  /** Seconds that it may still make. */
  #room = 0;
  #seconds = 0;
  #skipMs = 0;
  #tracks = 0;
  #openings = 0;
  #badInRow = 0;

  constructor(options: TrackDecoderOptions) {
    this.#options = options;
  }

  /** `bytes` must stay as they are until the promise resolves. */
  async push(bytes: Uint8Array): Promise<Int16Array> {
    this.#parts = [];
    this.#room = maxSecondsPerSlice * Math.ceil(bytes.length / sliceBytes);
    await this.#acceptAll(this.#options.demuxer.read(bytes));
    await this.#settle();
    return joinSamples(this.#parts);
  }

  async end(): Promise<Int16Array> {
    this.#parts = [];
    this.#room = maxSecondsPerSlice;
    await this.#acceptAll(this.#options.demuxer.end?.() ?? []);
    await this.#endCodec();
    this.#flush();
    return joinSamples(this.#parts);
  }

  free(): void {
    if (this.#state.kind === 'open') this.#state.codec.free();
    this.#state = { kind: 'freed' };
  }

  async #acceptAll(items: Iterable<TrackItem>): Promise<void> {
    for (const item of items) {
      // Most items need no waiting, which would cost a turn of the loop each.
      const accepted = this.#accept(item);
      if (accepted) await accepted;
      if (this.#state.kind === 'freed') return;
    }
  }

  #accept(item: TrackItem): Promise<void> | undefined {
    switch (item.kind) {
      case 'track':
        return this.#begin(item);
      case 'packet':
        return this.#decode(item);
      case 'damage':
        this.#options.notices.add('damaged', item.message);
        return undefined;
      default:
        return item satisfies never;
    }
  }

  async #begin({ format, skipMs = 0, joinedMidway = false }: Track): Promise<void> {
    this.#tracks += 1;
    if (joinedMidway) {
      this.#options.notices.add('joined_midway', 'The stream was joined after its header; what follows is decoded.');
    } else if (this.#tracks > 1) {
      this.#options.notices.add(
        'restarted',
        'The stream began anew with a second header; the audio goes on from there.',
      );
    }
    this.#clock.restart();
    await this.#open(format);
    this.#skipMs = skipMs + (format.codec === 'opus' ? format.head.preSkip / 48 : 0);
  }

  /** Opens a codec, unless the one of the track before goes on; freed meanwhile, it opens none. */
  async #open(format: TrackFormat): Promise<void> {
    if (this.#state.kind === 'open' && continues(this.#state.format, format)) return;
    await this.#endCodec();
    if (this.#freed) return;
    if (this.#state.kind === 'open') this.#state.codec.free();
    this.#state = { kind: 'closed' };
    this.#openings += 1;
    if (this.#openings > maxOpenings + this.#seconds / secondsPerOpening) {
      throw badAudio(
        'The stream changes its format too often; expected a new header only where a recorder begins anew.',
      );
    }
    const codec = await openCodec(format, this.#options);
    if (this.#freed) codec.free();
    else this.#state = { kind: 'open', codec, format };
  }

  /** Read anew after each wait, in which `free` may have been called. */
  get #freed(): boolean {
    return this.#state.kind === 'freed';
  }

  #decode(packet: Packet): Promise<void> | undefined {
    if (this.#state.kind !== 'open') return undefined;
    const missingMs = packet.atMs === undefined ? 0 : this.#clock.missingBefore(packet.atMs);
    if (missingMs === 0) return this.#decodeNext(this.#state.codec, packet);
    if (!this.#state.codec.settle) {
      this.#fill(missingMs);
      return this.#decodeNext(this.#state.codec, packet);
    }
    // What was sent before the gap has to come out before the silence. The bytes do not outlive this turn.
    const { codec } = this.#state;
    const kept = { ...packet, bytes: packet.bytes.slice() };
    return this.#settle().then(() => {
      if (this.#freed) return;
      this.#fill(missingMs);
      this.#decodeNext(codec, kept);
    });
  }

  #decodeNext(codec: Codec, { bytes, discardMs }: Packet): undefined {
    const decoded = codec.decode(bytes);
    this.#badInRow = decoded ? 0 : this.#badInRow + 1;
    if (this.#badInRow >= maxBadInRow) throw badAudio(`${maxBadInRow} packets in a row could not be decoded.`);
    if (!decoded) this.#options.notices.add('damaged', 'A damaged packet was replaced by silence.');
    const samples = decoded ?? new Float32Array(codec.statedSamples(bytes));
    const sounding = codec.settle ? codec.statedSamples(bytes) : samples.length;
    this.#clock.advance((sounding * 1000) / codec.sampleRate);
    this.#hear(codec, samples, discardMs);
  }

  /** Silence in the place of audio that the container says is missing. */
  #fill(missingMs: number): void {
    const { notices } = this.#options;
    const seconds = (missingMs / 1000).toFixed(2);
    this.#clock.advance(missingMs);
    if (missingMs > maxGapMs) {
      notices.add(
        'clock_jumped',
        `The container's clock jumped by ${seconds} s; at most ${maxGapMs / 1000} s are filled with silence, so nothing was.`,
      );
      return;
    }
    notices.add('gap_filled', `${seconds} s of audio are missing in the stream; silence stands in for them.`);
    if (this.#state.kind !== 'open') return;
    const { sampleRate } = this.#state.codec;
    this.#emit(new Int16Array(Math.round((missingMs * sampleRate) / 1000)), sampleRate);
  }

  async #settle(): Promise<void> {
    if (this.#state.kind !== 'open' || !this.#state.codec.settle) return;
    const { codec } = this.#state;
    const samples = await this.#state.codec.settle();
    if (!this.#freed) this.#hear(codec, samples);
  }

  async #endCodec(): Promise<void> {
    if (this.#state.kind !== 'open') return;
    const { codec } = this.#state;
    const samples = await codec.end();
    if (!this.#freed) this.#hear(codec, samples);
  }

  #hear({ sampleRate }: Codec, samples: MonoSamples, discardMs = 0): void {
    const wanted = Math.round((this.#skipMs * sampleRate) / 1000);
    const from = Math.min(wanted, samples.length);
    this.#skipMs = from < wanted ? this.#skipMs - (from * 1000) / sampleRate : 0;
    const to = Math.max(from, samples.length - Math.round((discardMs * sampleRate) / 1000));
    if (to > from) this.#emit(to - from === samples.length ? samples : samples.subarray(from, to), sampleRate);
  }

  #emit(samples: MonoSamples, sampleRate: number): void {
    const seconds = samples.length / sampleRate;
    this.#seconds += seconds;
    this.#room -= seconds;
    if (this.#room < 0) {
      throw badAudio(`The stream claims more than ${maxSecondsPerSlice} s of sound in ${sliceBytes} bytes or less.`);
    }
    const output = this.#resamplerFrom(sampleRate).push(samples);
    // What passes through unchanged lies in a buffer that the next packet may overwrite.
    this.#parts.push(output === samples ? output.slice() : output);
  }

  #resamplerFrom(sampleRate: number): Resampler {
    if (this.#resampler?.from === sampleRate) return this.#resampler.resampler;
    this.#flush();
    const resampler = new Resampler(sampleRate, this.#options.engineRate);
    this.#resampler = { from: sampleRate, resampler };
    return resampler;
  }

  #flush(): void {
    if (this.#resampler) this.#parts.push(this.#resampler.resampler.flush());
    this.#resampler = undefined;
  }
}
