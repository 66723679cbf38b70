const prefix = Buffer.from('{"type":"input_audio_buffer.append","audio":"', 'latin1');
const suffix = Buffer.from('"}', 'latin1');

/** Samples in one event, at most: 3 MiB of base64, well under the service's 15 MiB and the pace of a slow line. */
export const largestAppend = (9 * 1024 * 1024) / 8;

/** Where the events of live audio are written, one after the other: an allocation costs more than the base64. 200 ms need 13 KB. */
const bench = Buffer.alloc(64 * 1024);
bench.set(prefix);

/**
 * The event as bytes, valid until the next call: the WebSocket of a client sends a masked copy. `JSON.stringify` would look at
 * every character of the base64 for something to escape, and there never is. Node's hosts are little-endian, as the
 * service wants the samples.
 */
export function appendEvent(samples: Int16Array): Buffer {
  const length = prefix.length + Math.ceil(samples.byteLength / 3) * 4;
  const event = length + suffix.length <= bench.length ? bench : begun(length + suffix.length);
  const pcm = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  event.write(pcm.toString('base64'), prefix.length, 'latin1');
  event.set(suffix, length);
  return event.subarray(0, length + suffix.length);
}

function begun(bytes: number): Buffer {
  const event = Buffer.allocUnsafeSlow(bytes);
  event.set(prefix);
  return event;
}
