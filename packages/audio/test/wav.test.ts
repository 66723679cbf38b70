import { seeded } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import { AudioError } from '../src/index.ts';
import type { PcmFormat } from '../src/pcm/format.ts';
import { WavDemuxer } from '../src/wav/demuxer.ts';
import { concatBytes, text } from './matroska.ts';
import { byteByByte, cutAnywhere, randomBytes } from './random.ts';

type Bytes = Uint8Array | readonly number[];

const u16 = (value: number): number[] => [value & 255, value >> 8];
const u32 = (value: number): number[] => [...u16(value % 65_536), ...u16(Math.floor(value / 65_536))];

const chunk = (name: string, body: Bytes, size = body.length): Uint8Array =>
  concatBytes(text(name), u32(size), body, new Uint8Array(body.length % 2));

const riff = (...chunks: readonly Uint8Array[]): Uint8Array =>
  concatBytes(text('RIFF'), u32(0xffff_ffff), text('WAVE'), ...chunks);

const format = (tag: number, bits: number, channels = 1, rate = 16_000, more: Bytes = []): Uint8Array => {
  const frame = (bits / 8) * channels;
  return chunk('fmt ', concatBytes(u16(tag), u16(channels), u32(rate), u32(rate * frame), u16(frame), u16(bits), more));
};

const extensible = (tag: number, bits: number): Uint8Array =>
  format(0xfffe, bits, 2, 48_000, concatBytes(u16(22), u16(bits), u32(3), u16(tag), new Uint8Array(14)));

interface Seen {
  readonly formats: PcmFormat[];
  readonly audio: number[];
  readonly damage: string[];
}

function demux(pieces: readonly Uint8Array[]): Seen {
  const demuxer = new WavDemuxer();
  const seen: Seen = { formats: [], audio: [], damage: [] };
  for (const piece of pieces) {
    for (const item of demuxer.read(piece)) {
      if (item.kind === 'packet') seen.audio.push(...item.bytes);
      if (item.kind === 'damage') seen.damage.push(item.message);
      if (item.kind === 'track' && item.format.codec === 'pcm') seen.formats.push(item.format.format);
    }
  }
  return seen;
}

const audio = randomBytes(seeded(5), 301);
const plain = format(1, 16);

describe('WAV', () => {
  it.each<[string, Uint8Array, PcmFormat]>([
    ['8 bits', format(1, 8), { type: 'u8', sampleRate: 16_000, channels: 1 }],
    ['16 bits', format(1, 16, 2, 44_100), { type: 's16le', sampleRate: 44_100, channels: 2 }],
    ['24 bits', format(1, 24, 6), { type: 's24le', sampleRate: 16_000, channels: 6 }],
    ['32 bits', format(1, 32), { type: 's32le', sampleRate: 16_000, channels: 1 }],
    ['float', format(3, 32), { type: 'f32le', sampleRate: 16_000, channels: 1 }],
    ['double', format(3, 64), { type: 'f64le', sampleRate: 16_000, channels: 1 }],
    ['A-law', format(6, 8, 1, 8_000), { type: 'alaw', sampleRate: 8_000, channels: 1 }],
    ['mu-law', format(7, 8, 1, 8_000), { type: 'mulaw', sampleRate: 8_000, channels: 1 }],
    ['extensible', extensible(3, 32), { type: 'f32le', sampleRate: 48_000, channels: 2 }],
  ])('%s', (_name, header, expected) => {
    const seen = demux([riff(header, chunk('data', audio))]);
    expect(seen).toEqual({ formats: [expected], audio: [...audio], damage: [] });
  });

  const streams: Record<string, [Uint8Array, Partial<Seen>]> = {
    'with chunks before and after its audio': [
      riff(chunk('JUNK', new Uint8Array(27)), plain, chunk('LIST', audio), chunk('data', audio), chunk('LIST', audio)),
      {},
    ],
    'of unknown length': [
      riff(plain, chunk('data', audio.subarray(0, 300), 0xffff_ffff)),
      { audio: [...audio.slice(0, 300)] },
    ],
    'of length 0, from a pipe': [
      riff(plain, chunk('data', audio.subarray(0, 300), 0)),
      { audio: [...audio.slice(0, 300)] },
    ],
    'of 2 GiB, from a pipe': [
      riff(plain, chunk('data', audio.subarray(0, 300), 0x7fff_f000)),
      { audio: [...audio.slice(0, 300)] },
    ],
    'in RF64': [
      concatBytes(
        text('RF64'),
        u32(0xffff_ffff),
        text('WAVE'),
        chunk('ds64', concatBytes(u32(1_000), u32(0), u32(301), u32(0), u32(0), u32(0), u32(0))),
        plain,
        chunk('data', audio, 0xffff_ffff),
        chunk('LIST', audio),
      ),
      {},
    ],
    twice: [
      concatBytes(riff(plain, chunk('data', audio)), riff(plain, chunk('data', audio))),
      { audio: [...audio, ...audio] },
    ],
    'longer than it says': [
      concatBytes(riff(plain, chunk('data', audio.subarray(0, 20), 20)), audio.subarray(20)),
      { damage: [expect.stringContaining('goes on beyond the length')] },
    ],
  };

  it.each(Object.entries(streams))('%s is the same however it is cut', (_name, [stream, expected]) => {
    const whole = demux([stream]);
    expect(whole).toMatchObject({ audio: [...audio], damage: [], ...expected });
    expect(demux(byteByByte(stream))).toEqual(whole);
    for (let seed = 0; seed < 100; seed++) expect(demux(cutAnywhere(seeded(seed), stream))).toEqual(whole);
  });

  it('gives each byte of audio at once, uncopied', () => {
    const stream = riff(plain, chunk('data', audio));
    const demuxer = new WavDemuxer();
    const [, packet] = [...demuxer.read(stream)];
    expect(packet?.kind === 'packet' && packet.bytes.buffer).toBe(stream.buffer);
  });

  it.each<[string, Uint8Array, AudioError['code'], RegExp]>([
    ['ADPCM', riff(format(0x11, 8)), 'unsupported_audio', /0x11 with 8 bits.*expected PCM/],
    ['PCM of 40 bits', riff(format(1, 40)), 'unsupported_audio', /40 bits/],
    ['no channels', riff(format(1, 16, 0)), 'unsupported_audio', /0 bits/],
    ['a short format', riff(chunk('fmt ', [1, 0])), 'bad_audio', /2 bytes; expected at least 16/],
    ['a long format', riff(chunk('fmt ', [], 5_000)), 'bad_audio', /5000 bytes; at most 4096/],
    ['a short ds64', riff(chunk('ds64', [1, 0])), 'bad_audio', /RF64 header is damaged/],
    ['audio before its format', riff(chunk('data', audio)), 'bad_audio', /before its format/],
  ])('with %s is refused, however it is cut', (_name, stream, code, message) => {
    for (const pieces of [[stream], byteByByte(stream)]) {
      let thrown: unknown;
      try {
        demux(pieces);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBeInstanceOf(AudioError);
      expect(thrown).toMatchObject({ code, message: expect.stringMatching(message) });
    }
  });

  it('is given up when 16 MiB of headers bring no audio', () => {
    const demuxer = new WavDemuxer();
    Array.from(demuxer.read(riff(chunk('JUNK', [], 0xffff_fff0))));
    const megabyte = new Uint8Array(1_048_576);
    expect(() => {
      for (let i = 0; i < 17; i++) Array.from(demuxer.read(megabyte));
    }).toThrow('no audio within');
  });
});
