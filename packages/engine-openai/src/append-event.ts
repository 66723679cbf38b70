const prefix = Buffer.from('{"type":"input_audio_buffer.append","audio":"', 'latin1');
const suffix = Buffer.from('"}', 'latin1');

/** Samples in one event, at most: 3 MiB of base64, well under the service's 15 MiB and the pace of a slow line. */
export const largestAppend = (9 * 1024 * 1024) / 8;

/**
 * The event as bytes, in one allocation: `JSON.stringify` would look at every character of the base64 for something to
 * escape, and there never is. Node's hosts are little-endian, as the service wants the samples.
 */
export function appendEvent(samples: Int16Array): Buffer {
  const pcm = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  const length = Math.ceil(pcm.length / 3) * 4;
  const event = Buffer.allocUnsafe(prefix.length + length + suffix.length);
  prefix.copy(event);
  event.write(pcm.toString('base64'), prefix.length, 'latin1');
  suffix.copy(event, prefix.length + length);
  return event;
}
