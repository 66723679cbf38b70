import { fromIterable } from './from-iterable.ts';
import type { AudioSource } from './source.ts';

const sliceBytes = 32 * 1024;

/** A file as the server decodes it: sent as fast as the server takes it, again from its beginning after a lost connection. */
export function file(blob: Blob, options: { readonly label?: string } = {}): AudioSource {
  const label = options.label ?? ('name' in blob ? String(blob.name) : '');
  return fromIterable(() => slices(blob), { label, size: blob.size });
}

/** Not `blob.stream()`, which Safari cannot iterate. */
async function* slices(blob: Blob) {
  for (let at = 0; at < blob.size; at += sliceBytes) {
    yield new Uint8Array(await blob.slice(at, at + sliceBytes).arrayBuffer());
  }
}
