const prefix = Buffer.from('{"type":"input_audio_buffer.append","audio":"', 'latin1');
const suffix = Buffer.from('"}', 'latin1');

/** Samples in one event, at most: 3 MiB of base64, well under the service's 15 MiB and the pace of a slow line. */
export const largestAppend = (9 * 1024 * 1024) / 8;

/** Events of live audio are cut from slabs of this many bytes: an allocation of its own costs more than the base64. */
const slabBytes = 64 * 1024;
let slab = Buffer.allocUnsafeSlow(slabBytes);
let slabUsed = 0;

/**
 * The event as bytes: `JSON.stringify` would look at every character of the base64 for something to escape, and there
 * never is. Node's hosts are little-endian, as the service wants the samples.
 */
export function appendEvent(samples: Int16Array): Buffer {
  const pcm = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  const length = Math.ceil(pcm.length / 3) * 4;
  const event = room(prefix.length + length + suffix.length);
  event.set(prefix);
  event.write(pcm.toString('base64'), prefix.length, 'latin1');
  event.set(suffix, prefix.length + length);
  return event;
}

/** Memory that is nobody else's: a slab is given up when it is used, and lives as long as an event in it waits to be sent. */
function room(bytes: number): Buffer {
  if (bytes > slabBytes / 4) return Buffer.allocUnsafeSlow(bytes);
  if (slabUsed + bytes > slabBytes) {
    slab = Buffer.allocUnsafeSlow(slabBytes);
    slabUsed = 0;
  }
  slabUsed += bytes;
  return slab.subarray(slabUsed - bytes, slabUsed);
}
