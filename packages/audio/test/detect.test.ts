import { seeded } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import { detect, type Recognised } from '../src/detect.ts';
import { randomBytes } from './random.ts';

const ascii = (text: string): number[] => Array.from(text, (letter) => letter.charCodeAt(0));

/** ADTS, AAC-LC, 48 kHz, with frames of `length` bytes. */
const adtsFrame = (length: number): number[] => {
  const frame = new Array<number>(length).fill(0x21);
  frame.splice(0, 7, 0xff, 0xf1, 0x4c, 0x40 | (length >> 11), (length >> 3) & 255, ((length & 7) << 5) | 0x1f, 0xfc);
  return frame;
};

const recognised: readonly [string, Recognised, readonly number[]][] = [
  ['WebM', 'webm', [0x1a, 0x45, 0xdf, 0xa3]],
  ['WebM without its header', 'webm_fragment', [0x1f, 0x43, 0xb6, 0x75]],
  ['Ogg', 'ogg', [...ascii('OggS'), 0]],
  ['MP4', 'mp4', [0, 0, 0, 0x1c, ...ascii('ftyp')]],
  ['WAV', 'wav', [...ascii('RIFF'), 0xff, 0xff, 0xff, 0xff, ...ascii('WAVE')]],
  ['RF64', 'wav', [...ascii('RF64'), 0xff, 0xff, 0xff, 0xff, ...ascii('WAVE')]],
  ['FLAC', 'flac', ascii('fLaC')],
  ['CAF', 'caf', ascii('caff')],
  ['ID3v2.2', 'mp3', [...ascii('ID3'), 2]],
  ['ID3v2.3', 'mp3', [...ascii('ID3'), 3]],
  ['ID3v2.4', 'mp3', [...ascii('ID3'), 4]],
  ['ADTS', 'aac', [...adtsFrame(300), ...adtsFrame(300).slice(0, 3)]],
];

const raw: readonly [string, readonly number[]][] = [
  ['silence', [0, 0, 0, 0, 0]],
  ['a quiet sample', [1, 0]],
  ['a magic with a wrong last byte', [0x1a, 0x45, 0xdf, 0xa4]],
  ['RIFF that is no WAVE', [...ascii('RIFF'), 0, 0, 0, 0, ...ascii('AVI ')]],
  ['a sample of -1 and an ADTS sync word', [0xff, 0xff, 0xff, 0xf1]],
  ['an ADTS header without a second one', [...adtsFrame(300), 0xff, 0xf1, 0]],
  ['an ADTS header with an impossible length', [0xff, 0xf1, 0x4c, 0x40, 0, 0x1f]],
  ['text that begins like a tag', ascii('ID3A')],
];

describe('detection by the first bytes', { timeout: 60_000 }, () => {
  it.each(recognised)('%s is recognised with its last byte and not before', (_name, format, magic) => {
    const bytes = Uint8Array.from(magic);
    for (let length = 0; length < bytes.length; length++) {
      expect(detect(bytes.subarray(0, length))).toEqual({ kind: 'undecided' });
    }
    expect(detect(bytes)).toEqual({ kind: 'recognised', format });
    expect(detect(Uint8Array.from([...magic, 1, 2, 3]))).toEqual({ kind: 'recognised', format });
  });

  it.each(raw)('%s is raw', (_name, bytes) => {
    expect(detect(Uint8Array.from(bytes))).toEqual({ kind: 'raw' });
  });

  it('does not wait beyond 8,194 bytes whatever they are', () => {
    const random = seeded(7);
    for (let run = 0; run < 2_000; run++) {
      const bytes = randomBytes(random, 8_194);
      bytes.set([0xff, 0xf1, 0x4c].slice(0, Math.floor(random() * 4)));
      expect(detect(bytes).kind).not.toBe('undecided');
    }
  });
});
