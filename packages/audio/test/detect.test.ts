import { seeded } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import { detect, headerAt, type Recognised } from '../src/detect.ts';
import { randomBytes } from './random.ts';

const ascii = (text: string): number[] => Array.from(text, (letter) => letter.charCodeAt(0));

/** ADTS, AAC-LC, 48 kHz, with frames of `length` bytes. */
const adtsFrame = (length: number): number[] => {
  const frame = new Array<number>(length).fill(0x21);
  frame.splice(0, 7, 0xff, 0xf1, 0x4c, 0x40 | (length >> 11), (length >> 3) & 255, ((length & 7) << 5) | 0x1f, 0xfc);
  return frame;
};

/** MPEG-1 layer III, 128 kbit/s, 44.1 kHz. */
const mp3Frame = (): number[] => [0xff, 0xfb, 0x90, 0x00, ...new Array<number>(413).fill(0x55)];

/** A tag of version 2.4, the header included in `length`. */
const id3 = (length: number): number[] => {
  const size = length - 10;
  const sizes = [size >> 21, (size >> 14) & 127, (size >> 7) & 127, size & 127];
  return [...ascii('ID3'), 4, 0, 0, ...sizes, ...new Array<number>(size).fill(0)];
};

const recognised: readonly [string, Recognised, readonly number[]][] = [
  ['WebM', 'webm', [0x1a, 0x45, 0xdf, 0xa3]],
  ['WebM without its header', 'webm_midway', [0x1f, 0x43, 0xb6, 0x75]],
  ['Ogg', 'ogg', [...ascii('OggS'), 0]],
  ['MP4', 'mp4', [0, 0, 0, 0x1c, ...ascii('ftyp')]],
  ['WAV', 'wav', [...ascii('RIFF'), 0xff, 0xff, 0xff, 0xff, ...ascii('WAVE')]],
  ['RF64', 'wav', [...ascii('RF64'), 0xff, 0xff, 0xff, 0xff, ...ascii('WAVE')]],
  ['FLAC', 'flac', ascii('fLaC')],
  ['CAF', 'caf', ascii('caff')],
  ['MP4 of QuickTime', 'mp4', [0, 0, 0, 8, ...ascii('wide')]],
  ['MP4 joined in the middle', 'mp4', [0, 0, 0, 0x68, ...ascii('moof')]],
  ['MP3', 'mp3', [...mp3Frame(), ...mp3Frame(), ...mp3Frame().slice(0, 4)]],
  ['MP3 behind a tag', 'mp3', [...id3(300), ...mp3Frame().slice(0, 2)]],
  ['MP3 behind a tag with a picture', 'mp3', id3(100_000).slice(0, 10)],
  ['ADTS behind a tag', 'aac', [...id3(60), ...adtsFrame(300), ...adtsFrame(300).slice(0, 3)]],
  ['ADTS', 'aac', [...adtsFrame(300), ...adtsFrame(300).slice(0, 3)]],
];

const raw: readonly [string, readonly number[]][] = [
  ['silence', [0, 0, 0, 0, 0]],
  ['a quiet sample', [1, 0]],
  ['a magic with a wrong last byte', [0x1a, 0x45, 0xdf, 0xa4]],
  ['RIFF that is no WAVE', [...ascii('RIFF'), 0, 0, 0, 0, ...ascii('AVI ')]],
  ['a sample of -1 and an ADTS sync word', [0xff, 0xff, 0xff, 0xf1]],
  ['an ADTS header without a second one', [...adtsFrame(300), 0xff, 0xf1, 0]],
  ['an ADTS header with an impossible length', [0xff, 0xf1, 0x4c, 0x40, 0, 0x1f, 0]],
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

  const ascending = Array.from({ length: 700 }, (_, i) => i & 0x3f);
  it.each<[string, Recognised, readonly number[]]>([
    ['WebM', 'webm_midway', [0xa3, 0x88, 0x81, 0, 0, 0x80, 1, 2, 3, 4, 0x1f, 0x43, 0xb6, 0x75, 0x84, 0xe7]],
    ['Ogg', 'ogg', [...ascii('OggS'), 0]],
    ['MP3', 'mp3', [...mp3Frame(), ...mp3Frame(), ...mp3Frame()]],
    ['ADTS', 'aac', [...adtsFrame(90), ...adtsFrame(90), ...adtsFrame(90)]],
  ])('%s that was joined in mid-packet is recognised where the first message tells', (_name, format, bytes) => {
    expect(detect(Uint8Array.from([...ascending, ...bytes]))).toEqual({ kind: 'recognised', format });
    expect(detect(Uint8Array.from(ascending))).toEqual({ kind: 'raw' });
  });

  it('sees no container in 400 messages of noise, speech-like and loud PCM', () => {
    for (let seed = 0; seed < 400; seed++) {
      const random = seeded(seed);
      const loudness = 10 ** (random() * 4.5);
      const samples = Int16Array.from({ length: 16_384 }, () => (random() + random() - 1) * loudness);
      expect(detect(new Uint8Array(samples.buffer))).toEqual({ kind: 'raw' });
    }
  });

  it.each<[string, Recognised | undefined, readonly number[]]>([
    ['WebM', 'webm', [0x1a, 0x45, 0xdf, 0xa3, 0x9f, 0x42, 0x86, 0x81]],
    ['WebM with a long size', 'webm', [0x1a, 0x45, 0xdf, 0xa3, 1, 0, 0, 0, 0, 0, 0, 0x1f, 0x42, 0x86]],
    ['Ogg', 'ogg', [...ascii('OggS'), 0, 2]],
    ['a page of Ogg in mid-stream', undefined, [...ascii('OggS'), 0, 0]],
    ['WAV', 'wav', [...ascii('RIFF'), 1, 2, 3, 4, ...ascii('WAVE')]],
    ['FLAC', 'flac', [...ascii('fLaC'), 0, 0, 0, 34]],
    ['CAF', 'caf', [...ascii('caff'), 0, 1]],
    ['MP4', 'mp4', [0, 0, 0, 24, ...ascii('ftyp')]],
    ['silence', undefined, [0, 0, 0, 0, 0, 0, 0, 0]],
    ['nothing', undefined, []],
  ])('at the beginning of a later message %s is %s', (_name, format, bytes) => {
    expect(headerAt(Uint8Array.from(bytes))).toBe(format);
  });
});
