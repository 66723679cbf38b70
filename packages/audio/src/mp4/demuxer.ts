import { AudioError, badAudio, unsupportedAudio } from '../errors.ts';
import type { Demuxer, TrackItem } from '../track.ts';
import { type BoxItem, BoxReader, maxMovieBytes } from './box-reader.ts';
import { chunkRuns } from './chunks.ts';
import { type Fragment, parseFragment } from './fragment.ts';
import type { Run } from './media.ts';
import { type Movie, parseMovie } from './movie.ts';
import { Patience } from './patience.ts';
import { frameBytes } from './pcm-frame.ts';
import { type SampleItem, SampleReader } from './samples.ts';
import { editEnd, hasPadding, primingMs, timesOf } from './timing.ts';

/** A movie whose media passes. */
interface Playing {
  readonly kind: 'playing';
  readonly movie: Movie;
  samples: SampleReader;
  /** Ticks at which the next fragment begins unless it says so itself. */
  clock: number;
  /** Whether bytes were lost, so that offsets from the beginning of the file lead astray. */
  shifted: boolean;
}

type State =
  /** `named` once an `ftyp` has come: the stream begins at its beginning. */
  { readonly kind: 'headless'; readonly named: boolean } | Playing;

/** MP4 and QuickTime as they arrive, fragmented or with the index in front, to the packets of the first audio track. */
export class Mp4Demuxer implements Demuxer {
  readonly #boxes = new BoxReader();
  readonly #patience = new Patience();
  #state: State = { kind: 'headless', named: false };
  /** Where the file begins that offsets count from. */
  #origin = 0;
  /** Whether damage was reported since the last packet. */
  #damaged = false;

  /** What these bytes complete. Read it to its end. Throws an `AudioError`, and is of no use thereafter. */
  *read(bytes: Uint8Array): Generator<TrackItem> {
    for (const item of this.#boxes.read(bytes)) {
      yield* this.#state.kind === 'playing' ? this.#play(item, this.#state) : this.#begin(item, this.#state.named);
    }
    this.#patience.check(this.#boxes.position);
  }

  *#begin(item: BoxItem, named: boolean): Generator<TrackItem> {
    switch (item.kind) {
      case 'begin':
        if (item.type === 'ftyp') this.#restart(item.start);
        if (item.type === 'moov') checkMovieSize(item.size);
        if (item.type === 'moof') throw joinedMidway();
        if (item.type === 'mdat' && item.size > 0) throw named ? indexAtEnd() : joinedMidway();
        return;
      case 'whole':
        if (item.type === 'moov') yield this.#open(item.bytes);
        return;
      case 'lost':
        throw badAudio(item.message);
      case 'media':
        return;
      default:
        item satisfies never;
    }
  }

  *#play(item: BoxItem, playing: Playing): Generator<TrackItem> {
    switch (item.kind) {
      case 'begin':
        if (item.type === 'ftyp') this.#restart(item.start);
        if (item.type === 'moov') checkMovieSize(item.size);
        return;
      case 'whole':
        if (item.type === 'moov') yield this.#open(item.bytes);
        else yield* this.#openFragment(item.bytes, item.start, playing);
        return;
      case 'media':
        yield* this.#packets(item.bytes, item.position, playing);
        return;
      case 'lost':
        if (!playing.movie.defaults) throw badAudio(item.message);
        playing.shifted = true;
        yield* this.#damage(item.message);
        return;
      default:
        item satisfies never;
    }
  }

  #restart(start: number): void {
    this.#origin = start;
    this.#state = { kind: 'headless', named: true };
  }

  #open(moov: Uint8Array): TrackItem {
    const movie = parseMovie(moov);
    const { track } = movie;
    const runs = chunkRuns(track.tables, {
      ...(track.format.codec === 'pcm' && { frameBytes: frameBytes(track.format.format) }),
      editEnd: editEnd(movie),
      padded: hasPadding(track.format),
    });
    this.#state = { kind: 'playing', movie, samples: samplesOf(runs, movie), clock: 0, shifted: false };
    const skipMs = primingMs(movie);
    return { kind: 'track', format: track.format, ...(skipMs > 0 && { skipMs }) };
  }

  *#openFragment(moof: Uint8Array, start: number, playing: Playing): Generator<TrackItem> {
    const { movie } = playing;
    const { track, defaults = { duration: 0, size: 0 } } = movie;
    let fragment: Fragment;
    try {
      fragment = parseFragment(moof, {
        trackId: track.id,
        defaults,
        clock: playing.clock,
        start: start - this.#origin,
        fileOffsets: !playing.shifted,
        merged: track.format.codec === 'pcm',
      });
    } catch (error) {
      if (!(error instanceof AudioError)) throw error;
      yield* this.#damage(error.message);
      return;
    }
    // A fragment of other tracks leaves this track's as it is.
    if (fragment.runs.length === 0) return;
    if (playing.samples.next !== undefined) {
      yield* this.#damage('The MP4 stream is damaged: a fragment begins before the audio of the one before has come.');
    }
    playing.clock = fragment.clock;
    playing.samples = samplesOf(fragment.runs.values(), movie);
  }

  *#packets(bytes: Uint8Array, position: number, { samples, movie }: Playing): Generator<TrackItem> {
    if (samples.next === undefined) return;
    this.#patience.check(position);
    yield* this.#items(samples.read(bytes, position - this.#origin), movie);
    if (samples.next !== undefined) this.#patience.accounted(position + bytes.length);
  }

  *#items(items: Iterable<SampleItem>, { track }: Movie): Generator<TrackItem> {
    for (const item of items) {
      if (item.kind === 'damage') {
        yield* this.#damage(item.message);
        continue;
      }
      const start = this.#origin + item.offset;
      this.#patience.packet(start, start + item.bytes.length);
      this.#damaged = false;
      yield { kind: 'packet', bytes: item.bytes, ...timesOf(item, track) };
    }
  }

  *#damage(message: string): Generator<TrackItem> {
    if (this.#damaged) return;
    this.#damaged = true;
    yield { kind: 'damage', message };
  }
}

const samplesOf = (runs: Iterator<Run, void>, { track }: Movie): SampleReader =>
  new SampleReader(runs, track.format.codec === 'pcm');

function checkMovieSize(size: number): void {
  if (size <= maxMovieBytes) return;
  throw unsupportedAudio(`The index of the MP4 stream has ${size} bytes; at most ${maxMovieBytes} are supported.`);
}

const joinedMidway = (): AudioError =>
  unsupportedAudio(
    'The MP4 stream has no header: it was joined in the middle. Send it from its first byte, or start the recorder anew.',
  );

const indexAtEnd = (): AudioError =>
  unsupportedAudio(
    'The MP4 file has its index (moov) at the end, so that it cannot be heard before it is complete. Write it fragmented ' +
      'or with the index in front (ffmpeg: -movflags faststart), or record with a timeslice.',
  );
