import { execFileSync } from 'node:child_process';

/** What ffmpeg writes to its output for this input. */
export const ffmpeg = (args: readonly string[], input: Uint8Array = new Uint8Array(0)): Uint8Array =>
  execFileSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', ...args, 'pipe:1'], {
    input,
    maxBuffer: 2 ** 28,
    timeout: 50_000,
  });

/** A tone that rises and swells. */
const sweep = 'sin(2*PI*(200+40*t)*t)*(0.4+0.3*sin(3*t))';

export interface AacOptions {
  readonly rate: number;
  readonly channels: 1 | 2 | 6;
  readonly seconds: number;
}

/** AAC-LC by ffmpeg's encoder, as ADTS. */
export function encodeAac({ rate, channels, seconds }: AacOptions): Uint8Array {
  const layout = { 1: 'mono', 2: 'stereo', 6: '5.1' }[channels];
  const sounds = Array.from({ length: channels }, (_, channel) => `${1 - channel / 8}*${sweep}`).join('|');
  const source = `aevalsrc=exprs=${sounds}:c=${layout}:s=${rate}:d=${seconds}`;
  return ffmpeg(['-f', 'lavfi', '-i', source, '-c:a', 'aac', '-b:a', `${channels * 48}k`, '-f', 'adts']);
}

export interface Units {
  /** An AudioSpecificConfig. */
  readonly config: Uint8Array;
  readonly units: readonly Uint8Array[];
}

/** The access units of ADTS without checksums. */
export function unitsOf(adts: Uint8Array): Units {
  const [, , third = 0, fourth = 0] = adts;
  const config = Uint8Array.of(
    (((third >> 6) + 1) << 3) | ((third >> 3) & 7),
    ((third << 5) & 0x80) | ((third & 1) << 5) | ((fourth >> 3) & 0x18),
  );
  const units: Uint8Array[] = [];
  for (let at = 0; at + 7 <= adts.length; ) {
    const [high = 0, middle = 0, low = 0] = adts.subarray(at + 3);
    const length = ((high & 3) << 11) | (middle << 3) | (low >> 5);
    units.push(adts.subarray(at + 7, at + length));
    at += length;
  }
  return { config, units };
}

/**
 * An access unit of AAC-LC with an empty extension for spectral band replication in front of its end (ISO/IEC 14496-3,
 * 4.4.2.7): HE-AAC whose upper band is silent, as there is no encoder for it here.
 */
export function withBandReplication(unit: Uint8Array): Uint8Array {
  const bits = Array.from(unit, (byte) => byte.toString(2).padStart(8, '0')).join('');
  // The end element, three ones, is the last thing in front of the zeros that fill the byte.
  const end = bits.lastIndexOf('1') - 2;
  if (bits.slice(end, end + 3) !== '111') throw new Error('The access unit has no end element.');
  const [fill, oneByte, bandReplication, noHeader] = ['110', '0001', '1101', '0000'];
  const all = `${bits.slice(0, end)}${fill}${oneByte}${bandReplication}${noHeader}111`;
  return Uint8Array.from({ length: Math.ceil(all.length / 8) }, (_, at) =>
    Number.parseInt(all.slice(at * 8, at * 8 + 8).padEnd(8, '0'), 2),
  );
}

/** The mono mix by ffmpeg of the whole file, floats. */
export function reference(adts: Uint8Array, channels: number): Float32Array {
  const sum = Array.from({ length: channels }, (_, channel) => `${1 / channels}*c${channel}`).join('+');
  const bytes = ffmpeg(['-f', 'aac', '-i', 'pipe:0', '-af', `pan=mono|c0=${sum}`, '-f', 'f32le'], adts);
  return new Float32Array(bytes.slice().buffer);
}

export function concat(parts: readonly ArrayLike<number>[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
