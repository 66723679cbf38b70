import { seeded } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import { AudioError, type DeclaredFormat, Intake, Resampler } from '../src/index.ts';
import { OpusCodec } from '../src/opus/codec.ts';
import { plainOpusHead } from '../src/opus/head.ts';
import { toInt16 } from '../src/samples.ts';
import {
  concatBytes,
  endless,
  endlessCluster,
  header,
  liveStream,
  opusHead,
  simpleBlock,
  text,
  trackEntry,
  tracks,
} from './matroska.ts';
import { byteByByte, cutAnywhere, randomBytes } from './random.ts';
import { bytesOf, concat, sine } from './signals.ts';

const declare = (declared: Partial<DeclaredFormat> = {}, sampleRate = 24_000): Intake =>
  new Intake({ declared: { encoding: 'auto', sampleRate: 24_000, channels: 1, ...declared }, sampleRate });

async function takeIn(intake: Intake, pieces: readonly Uint8Array[]): Promise<Int16Array> {
  const parts: Int16Array[] = [];
  for (const piece of pieces) parts.push((await intake.push(piece)).slice());
  parts.push((await intake.end()).slice());
  return concat(parts);
}

const speechLike = Int16Array.from(sine(24_000, 440, 4_800), (sample) => sample * 32_767);

const celtPackets = (count: number, seed = 31): Uint8Array[] => {
  const random = seeded(seed);
  return Array.from({ length: count }, () => randomBytes(random, 60).with(0, 31 << 3));
};

async function decodeAlone(packets: readonly Uint8Array[]): Promise<Int16Array> {
  const codec = await OpusCodec.open({ ...plainOpusHead, engineRate: 24_000 });
  const samples = packets.map((packet) => codec.decode(packet) ?? new Float32Array(codec.statedSamples(packet)));
  codec.free();
  return concat(samples.map(toInt16));
}

describe('raw audio through the intake', { timeout: 60_000 }, () => {
  it.each<[DeclaredFormat['encoding'], number]>([
    ['auto', 1],
    ['pcm16', 2],
    ['pcm_f32', 1],
    ['pcm_f32', 3],
    ['mulaw', 1],
    ['alaw', 2],
  ])('%s with %i channels is the same however it is cut', async (encoding, channels) => {
    const random = seeded(32);
    const floats = sine(16_000, 440, 1_200);
    const bytes = encoding === 'pcm_f32' ? bytesOf(floats) : randomBytes(random, 4_801);
    const format = { encoding, channels, sampleRate: 16_000 };
    const expected = await takeIn(declare(format), [bytes]);
    expect(expected.length).toBeGreaterThan(500);
    expect(await takeIn(declare(format), byteByByte(bytes))).toEqual(expected);
    expect(await takeIn(declare(format), cutAnywhere(random, bytes))).toEqual(expected);
  });

  it("passes mono PCM16 at the engine's rate through, uncopied", async () => {
    const intake = declare();
    const samples = await intake.push(bytesOf(speechLike));
    expect(samples).toEqual(speechLike);
    expect(samples.buffer).toBe(speechLike.buffer);
    expect((await intake.end()).length).toBe(0);
  });

  it('resamples, and gives the tail at the end', async () => {
    const resampler = new Resampler(24_000, 16_000);
    const expected = concat([resampler.push(speechLike), resampler.flush()]);
    expect(await takeIn(declare({}, 16_000), [bytesOf(speechLike)])).toEqual(expected);
    expect(expected.length).toBe(3_200);
  });

  it('holds back no PCM that merely begins like a container, and drops half a sample at the end', async () => {
    const lookalike = Uint8Array.from([...text('OggX'), 1, 2, 3]);
    expect(await takeIn(declare(), byteByByte(lookalike))).toEqual(new Int16Array(lookalike.slice(0, 6).buffer));
    expect(await takeIn(declare(), byteByByte(lookalike.subarray(0, 3)))).toEqual(
      new Int16Array(lookalike.slice(0, 2).buffer),
    );
    expect(await takeIn(declare(), [])).toEqual(new Int16Array(0));
    expect(await takeIn(declare(), [new Uint8Array(0), bytesOf(speechLike), new Uint8Array(0)])).toEqual(speechLike);
  });

  it('takes each push as a packet when the encoding is opus, also while it looks for a container', async () => {
    const packets = celtPackets(5);
    const expected = await decodeAlone(packets);
    expect(await takeIn(declare({ encoding: 'opus' }), packets)).toEqual(expected);
    // Sound packets without content, which might have become the magic of MP4 and of ID3.
    for (const first of [[Uint8Array.of(0), Uint8Array.of(0)], [Uint8Array.of(0x49)]]) {
      const all = [...first, ...packets];
      expect(await takeIn(declare({ encoding: 'opus' }), all)).toEqual(await decodeAlone(all));
    }
  });
});

describe('WebM through the intake', { timeout: 60_000 }, () => {
  const packets = celtPackets(8);
  const stream = liveStream(
    endlessCluster(0, ...packets.slice(0, 4).map((packet, i) => simpleBlock(packet, 20 * i))),
    endlessCluster(80, ...packets.slice(4).map((packet, i) => simpleBlock(packet, 20 * i))),
  );

  it.each(['auto', 'pcm16', 'mulaw', 'opus'] as const)('is decoded whatever was declared (%s)', async (encoding) => {
    expect(await takeIn(declare({ encoding }), [stream])).toEqual(await decodeAlone(packets));
  });

  it('is the same however it is cut', async () => {
    const expected = await decodeAlone(packets);
    expect(await takeIn(declare(), byteByByte(stream))).toEqual(expected);
    for (let seed = 0; seed < 10; seed++) {
      expect(await takeIn(declare(), cutAnywhere(seeded(seed), stream))).toEqual(expected);
    }
  });

  it('is decoded at 48 kHz and resampled for a rate that Opus does not have', async () => {
    const samples = await takeIn(declare({}, 22_050), [stream]);
    expect(samples.length).toBe(8 * 441);
  });

  it('keeps the timeline over a restart and over a change of layout', async () => {
    const surround = endless(
      0x18538067,
      tracks(trackEntry({ codecPrivate: opusHead(3, 0, 0, [1, 2, 1, 0, 1, 2]) })),
      endlessCluster(0, simpleBlock(Uint8Array.of(31 << 3, 3, 1, 2, 3, 31 << 3, 4, 5, 6))),
    );
    const samples = await takeIn(declare(), [concatBytes(stream, stream, header(), surround, stream)]);
    expect(samples.length).toBe((3 * 8 + 1) * 480);
    expect(samples.subarray(0, 8 * 480)).toEqual(await decodeAlone(packets));
  });
});

describe('a stream that goes on as something else', { timeout: 60_000 }, () => {
  const samples = Int16Array.from(sine(16_000, 300, 1_600), (sample) => sample * 20_000);
  const wav = (rate: number): Uint8Array =>
    concatBytes(
      text('RIFF'),
      [0xff, 0xff, 0xff, 0xff],
      text('WAVEfmt '),
      [16, 0, 0, 0, 1, 0, 1, 0, rate & 255, rate >> 8, 0, 0, 0, 0, 0, 0, 2, 0, 16, 0],
      text('data'),
      [0xff, 0xff, 0xff, 0xff],
      bytesOf(samples),
    );
  const webm = liveStream(endlessCluster(0, ...celtPackets(4).map((packet, i) => simpleBlock(packet, 20 * i))));

  it.each<[string, Uint8Array[], number]>([
    ['PCM, then WAV', [bytesOf(samples), wav(16_000)], 3_200],
    ['WAV, then WAV of another rate', [wav(16_000), wav(32_000)], 2_400],
    ['WAV, then WebM', [wav(16_000), webm], 1_600 + 4 * 320],
    ['WebM, then WAV', [webm, wav(16_000)], 1_600 + 4 * 320],
    ['WebM, then WebM', [webm, webm], 8 * 320],
  ])('%s', async (_name, messages, expected) => {
    const intake = declare({ sampleRate: 16_000 }, 16_000);
    expect((await takeIn(intake, messages)).length).toBe(expected);
    expect(intake.takeNotices().map(({ code }) => code)).toEqual(['restarted']);
  });

  it('joined in the middle of WebM is decoded from the first whole block on', async () => {
    const packets = celtPackets(8);
    const stream = concatBytes(...packets.map((packet, i) => simpleBlock(packet, 20 * i))).subarray(1);
    const intake = declare();
    expect(await takeIn(intake, [stream])).toEqual(await decodeAlone(packets.slice(1)));
    expect(intake.takeNotices().map(({ code }) => code)).toEqual(['joined_midway']);
  });
});

describe('what the intake refuses', () => {
  it('it refuses with every later push too', async () => {
    for (const encoding of ['auto', 'pcm16', 'opus'] as const) {
      const intake = declare({ encoding });
      const message = 'type "webp"; expected webm or matroska';
      await expect(intake.push(header('webp'))).rejects.toThrow(message);
      await expect(intake.push(Uint8Array.of(0, 0))).rejects.toThrow(message);
      expect((await intake.end()).length).toBe(0);
    }
  });

  it.each<[Partial<DeclaredFormat>, number, RegExp]>([
    [{ sampleRate: 7_999 }, 24_000, /7999 Hz is not supported; expected a whole number from 8000 to 192000/],
    [{ sampleRate: 192_001 }, 24_000, /192001 Hz/],
    [{ sampleRate: Number.NaN }, 24_000, /NaN Hz/],
    [{ channels: 0 }, 24_000, /0 channels are not supported for auto; expected a whole number from 1 to 8/],
    [{ channels: 9 }, 24_000, /9 channels/],
    [{ channels: 1.5 }, 24_000, /1.5 channels/],
    [{ encoding: 'opus', channels: 3 }, 24_000, /3 channels .* 1 to 2/],
    [{}, 4_000, /4000 Hz/],
  ])('the declaration %j for %i Hz', (declared, sampleRate, message) => {
    expect(() => declare(declared, sampleRate)).toThrow(AudioError);
    expect(() => declare(declared, sampleRate)).toThrow(message);
  });
});

describe('the life of an intake', () => {
  const opened = header().length;

  it('may be freed at any time and more than once, also while a decoder is being opened', async () => {
    const packets = celtPackets(2);
    const stream = liveStream(endlessCluster(0, ...packets.map((packet) => simpleBlock(packet))));
    for (const [encoding, bytes] of [
      ['auto', stream],
      ['opus', packets[0] ?? stream],
    ] as const) {
      const intake = declare({ encoding });
      const pending = intake.push(bytes);
      intake.free();
      intake.free();
      expect((await pending).length).toBe(0);
      await expect(intake.push(bytes)).rejects.toThrow('ended');
    }
    const idle = declare();
    idle.free();
    expect((await idle.end()).length).toBe(0);
    const busy = declare();
    await busy.push(stream.subarray(0, opened));
    busy.free();
    expect((await busy.end()).length).toBe(0);
  });

  it('has nothing more after its end', async () => {
    const intake = declare({}, 16_000);
    await intake.push(bytesOf(speechLike));
    expect((await intake.end()).length).toBeGreaterThan(0);
    expect((await intake.end()).length).toBe(0);
    await expect(intake.push(bytesOf(speechLike))).rejects.toThrow('ended');
  });

  it('takes one push at a time', async () => {
    const intake = declare({ encoding: 'opus' });
    const [packet] = celtPackets(1);
    const first = intake.push(packet ?? new Uint8Array(0));
    await expect(intake.push(Uint8Array.of(1))).rejects.toThrow('has to wait');
    expect((await first).length).toBe(480);
    intake.free();
  });
});
