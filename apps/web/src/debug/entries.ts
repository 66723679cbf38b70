import { type JsonObject, number, objects, text } from '../gateway/json.ts';

/** A chunk of audio, from a client or to the engine. */
export interface ChunkEntry {
  /** Seconds since 1970, by the server's clock. */
  readonly t: number;
  readonly session: string;
  readonly bytes: number;
  /** Seconds of the session's audio. */
  readonly start: number;
  readonly end: number;
  /** Parts of full scale; of chunks from clients only. */
  readonly peak: number | undefined;
  readonly rms: number | undefined;
}

/** A text from the engine, or to a client. */
export interface TextEntry {
  readonly t: number;
  readonly session: string;
  /** `partial`, `final`, or what else there is. */
  readonly type: string;
  readonly text: string;
  /** Seconds of the session's audio, up to which the text goes. */
  readonly end: number | undefined;
  readonly event: string;
}

export const parseChunks = (items: unknown): readonly ChunkEntry[] =>
  objects(items).map((item) => ({
    t: number(item['t']) ?? 0,
    session: text(item['session_id']) ?? '',
    bytes: number(item['bytes']) ?? 0,
    start: number(item['start_s']) ?? 0,
    end: number(item['end_s']) ?? 0,
    peak: number(item['peak']),
    rms: number(item['rms']),
  }));

export const parseTexts = (items: unknown): readonly TextEntry[] =>
  objects(items).map((item) => ({
    t: number(item['t']) ?? 0,
    session: text(item['session_id']) ?? '',
    type: text(item['type']) ?? '',
    text: text(item['text']) ?? '',
    end: endOf(item),
    event: text(item['event']) ?? '',
  }));

function endOf(item: JsonObject): number | undefined {
  const [ts] = objects([item['ts']]);
  return ts === undefined ? undefined : number(ts['end_s']);
}
