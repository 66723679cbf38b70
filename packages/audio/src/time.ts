/**
 * Units of time. Milliseconds here are milliseconds of audio: they come from counting samples, never from a clock, so
 * they neither drift nor jump. The brands keep the two origins apart; only the session's timeline maps one to the other.
 */
declare const origin: unique symbol;

/** Milliseconds of audio since the first sample of the session. */
export type TimelineMs = number & { readonly [origin]: 'session' };

/** Milliseconds of audio since the first sample given to one engine connection. */
export type StreamMs = number & { readonly [origin]: 'engine connection' };

export const timelineMs = (ms: number): TimelineMs => ms as TimelineMs;

export const streamMs = (ms: number): StreamMs => ms as StreamMs;

/** How long `samples` sound at `sampleRate` Hz. Pass a position, not a chunk's length: sums of rounded parts drift. */
export const samplesToMs = (samples: number, sampleRate: number): number => (samples * 1000) / sampleRate;

/** The sample that sounds at `ms`, at `sampleRate` Hz; rounded to the nearest. */
export const msToSamples = (ms: number, sampleRate: number): number => Math.round((ms * sampleRate) / 1000);
