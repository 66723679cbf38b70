import { AudioError } from '@live-transcribe/audio';
import { seeded } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import { parseAacConfig } from '../src/aac-config.ts';
import { adtsFrame } from '../src/adts.ts';

/** Numbers with how many bits they take. */
function bits(...fields: readonly (readonly [value: number, count: number])[]): Uint8Array {
  const all = fields.map(([value, count]) => value.toString(2).padStart(count, '0')).join('');
  return Uint8Array.from({ length: Math.ceil(all.length / 8) }, (_, at) =>
    Number.parseInt(all.slice(at * 8, at * 8 + 8).padEnd(8, '0'), 2),
  );
}

describe('an AudioSpecificConfig', () => {
  it.each<[string, Uint8Array, object]>([
    [
      'LC, 44.1 kHz, stereo',
      bits([2, 5], [4, 4], [2, 4], [0, 3]),
      { objectType: 2, sampleRate: 44_100, channelConfiguration: 2 },
    ],
    ['Main, 96 kHz, mono', bits([1, 5], [0, 4], [1, 4], [0, 3]), { objectType: 1, sampleRate: 96_000 }],
    [
      'LC, a usual rate in full',
      bits([2, 5], [15, 4], [48_000, 24], [6, 4], [0, 3]),
      { rateIndex: 3, channelConfiguration: 6 },
    ],
    [
      'HE-AAC',
      bits([5, 5], [6, 4], [1, 4], [3, 4], [2, 5], [0, 3]),
      { objectType: 2, sampleRate: 24_000, channelConfiguration: 1 },
    ],
    [
      'HE-AAC v2',
      bits([29, 5], [8, 4], [1, 4], [15, 4], [32_000, 24], [2, 5], [0, 3]),
      { objectType: 2, sampleRate: 16_000 },
    ],
  ])('of %s gives the core', (_name, config, expected) => {
    expect(parseAacConfig(config)).toMatchObject(expected);
  });

  it.each<[string, Uint8Array, string]>([
    ['960 samples', bits([2, 5], [4, 4], [2, 4], [1, 1]), '960'],
    ['a program config element', bits([2, 5], [4, 4], [0, 4], [0, 3]), 'channel configuration 0'],
    ['22.2 channels', bits([2, 5], [4, 4], [13, 4], [0, 3]), 'channel configuration 13'],
    ['low delay', bits([23, 5], [4, 4], [1, 4], [0, 3]), 'AAC-LD'],
    ['enhanced low delay', bits([31, 5], [7, 6], [4, 4], [1, 4], [0, 3]), 'AAC-ELD'],
    ['xHE-AAC', bits([31, 5], [10, 6], [4, 4], [1, 4], [0, 3]), 'xHE-AAC'],
    ['an unusual rate', bits([2, 5], [15, 4], [44_000, 24], [1, 4], [0, 3]), '44000 Hz'],
    ['a reserved rate', bits([2, 5], [13, 4], [1, 4], [0, 3]), 'reserved rate 13'],
  ])('with %s is refused', (_name, config, message) => {
    expect(() => parseAacConfig(config)).toThrow(expect.objectContaining({ code: 'unsupported_audio' }));
    expect(() => parseAacConfig(config)).toThrow(message);
  });

  it('of any bytes is read or refused with a typed error', () => {
    const random = seeded(1);
    let read = 0;
    for (let run = 0; run < 5_000; run++) {
      const config = Uint8Array.from({ length: random() * 9 }, () => random() * 256);
      try {
        parseAacConfig(config);
        read++;
      } catch (error) {
        expect(error).toBeInstanceOf(AudioError);
      }
    }
    expect(read).toBeGreaterThan(40);
    expect(() => parseAacConfig(Uint8Array.of(0x12))).toThrow(expect.objectContaining({ code: 'bad_audio' }));
  });
});

describe('an ADTS header', () => {
  it('says what the configuration does', () => {
    const core = parseAacConfig(bits([2, 5], [4, 4], [6, 4], [0, 3]));
    expect([...adtsFrame(core, new Uint8Array(1_000))].slice(0, 7)).toEqual([0xff, 0xf1, 0x51, 0x80, 0x7d, 0xff, 0xfc]);
  });
});
