const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** The samples in base64 of 16-bit little-endian PCM; `undefined` where it is not that. */
export function decodePcm(text: string): Int16Array | undefined {
  if (text.length % 4 !== 0 || !base64.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length % 2 !== 0) return undefined;
  const samples = new Int16Array(bytes.length / 2);
  // Little-endian like every host that Node runs on.
  new Uint8Array(samples.buffer).set(bytes);
  return samples;
}
