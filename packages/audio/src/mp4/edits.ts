import { fullBox } from './box.ts';

/** Which part of a track is to be heard, by its edit list (ISO/IEC 14496-12, 8.6.6). */
export interface Edit {
  /** Ticks of the track at its beginning that are not to be heard: the priming of its encoder. */
  readonly start: number;
  /** Ticks of the movie's own scale; `undefined` where the list does not say or has several parts. */
  readonly movieTicks?: number;
}

/** The first part that is not empty; an empty one only delays the others. */
export function parseEdits(elst: Uint8Array): Edit {
  const { version, fields } = fullBox(elst, 'elst');
  const count = fields.u32();
  const entryBytes = version === 1 ? 20 : 12;
  const parts: { movieTicks: number; start: number }[] = [];
  // A second part is only counted.
  for (let i = 0; i < count && fields.left >= entryBytes && parts.length < 2; i++) {
    const movieTicks = version === 1 ? fields.u64() : fields.u32();
    const start = version === 1 ? fields.i64() : fields.i32();
    fields.skip(4);
    if (start >= 0) parts.push({ movieTicks, start });
  }
  const [part] = parts;
  if (!part) return { start: 0 };
  // A recorder that does not know the duration yet writes 0.
  return parts.length === 1 && part.movieTicks > 0 ? part : { start: part.start };
}
