import { TranscriptionError } from './errors.ts';

/** In full; in a page, an address may be relative to it. Throws `connection_refused` for what is none. */
export function fullAddress(url: string | URL): URL {
  try {
    return new URL(url, globalThis.location?.href);
  } catch (cause) {
    throw impossible(url, cause);
  }
}

export const impossible = (url: string | URL, cause: unknown): TranscriptionError =>
  new TranscriptionError('connection_refused', `There can be no connection to ${String(url)}.`, { cause });
