import { statedSamples } from '../opus/packet.ts';
import type { TrackFormat } from '../track.ts';
import type { Movie } from './movie.ts';
import type { SampleItem } from './samples.ts';

/** Codecs whose packets all last equally long, so that what is missing at the end is padding. FLAC's last one is shorter. */
export const hasPadding = ({ codec }: TrackFormat): boolean => codec === 'aac' || codec === 'mp3' || codec === 'opus';

/** Milliseconds of priming beside the pre-skip of Opus, which the edit list repeats ("Opus in ISOBMFF", 4.4). */
export function primingMs({ track }: Movie): number {
  const { format, edit, timescale } = track;
  const preSkipMs = format.codec === 'opus' ? format.head.preSkip / 48 : 0;
  const rest = (edit.start * 1_000) / timescale - preSkipMs;
  // Both are rounded to ticks of their own.
  return rest < 1_000 / timescale ? 0 : rest;
}

/** Ticks of the track after which nothing is to be heard. */
export function editEnd({ track, timescale, defaults }: Movie): number {
  const { edit } = track;
  // A recorder of fragments writes the duration it knows when it begins.
  if (edit.movieTicks === undefined || timescale === 0 || defaults) return Number.POSITIVE_INFINITY;
  return edit.start + Math.ceil((edit.movieTicks * track.timescale) / timescale);
}

type Sample = Extract<SampleItem, { kind: 'sample' }>;

/** When the bytes sound, and how long their padding is. */
export function timesOf(
  { sample, bytes, into }: Sample,
  { format, timescale }: Movie['track'],
): { atMs: number; discardMs?: number } {
  const ms = (ticks: number) => (ticks * 1_000) / timescale;
  const atMs = ms(sample.at + (sample.duration * into) / sample.size);
  if (sample.heard === undefined) return { atMs };
  const fullMs = format.codec === 'opus' ? statedSamples(bytes) / 48 : ms(sample.duration);
  const discardMs = fullMs - ms(sample.heard);
  return discardMs > 0 ? { atMs, discardMs } : { atMs };
}
