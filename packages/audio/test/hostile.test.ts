import { mutate, seeded } from '@live-transcribe/testkit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AudioError, Intake } from '../src/index.ts';
import { WebmDemuxer } from '../src/webm/demuxer.ts';
import {
  blockGroup,
  cluster,
  concatBytes,
  element,
  endless,
  endlessCluster,
  header,
  idBytes,
  lacedBlock,
  liveStream,
  simpleBlock,
  trackEntry,
  tracks,
  unknownSize,
  vint,
} from './matroska.ts';
import { cutAnywhere, randomBytes } from './random.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const celt = (random: () => number, length: number): Uint8Array => {
  const packet = randomBytes(random, length);
  packet[0] = 31 << 3;
  return packet;
};

/** A short recording with a bit of everything. */
function recording(random: () => number): Uint8Array {
  const packet = () => celt(random, 2 + Math.floor(random() * 60));
  return concatBytes(
    liveStream(
      endlessCluster(0, simpleBlock(packet()), blockGroup(packet(), 20), element(0xec, randomBytes(random, 20))),
      endlessCluster(40, lacedBlock('xiph', [packet(), packet()]), lacedBlock('ebml', [packet(), packet(), packet()])),
    ),
    header(),
    element(0x18538067, tracks(trackEntry({ number: 2 })), cluster(0, simpleBlock(packet(), 0, 2))),
  );
}

const mutated = (random: () => number): Uint8Array => mutate(random, recording(random));

// The time is for machines that are busy with something else.
describe('hostile WebM', { timeout: 60_000 }, () => {
  it('ends in packets within the input or in a typed error, for 4,000 mutations', () => {
    let packets = 0;
    let errors = 0;
    for (let seed = 0; seed < 4_000; seed++) {
      const random = seeded(seed);
      const bytes = mutated(random);
      const demuxer = new WebmDemuxer();
      let found = 0;
      try {
        for (const piece of cutAnywhere(random, bytes)) {
          for (const item of demuxer.read(piece)) if (item.kind === 'packet') found += item.bytes.length;
        }
      } catch (error) {
        if (!(error instanceof AudioError)) throw new Error(`seed ${seed}`, { cause: error });
        errors++;
      }
      expect(found, `seed ${seed}`).toBeLessThanOrEqual(bytes.length);
      if (found > 0) packets++;
    }
    expect(errors).toBeGreaterThan(1_000);
    expect(packets).toBeGreaterThan(1_000);
  });

  it('ends in samples or in a typed error through the decoder, with a clean log, for 600 mutations', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    let samples = 0;
    for (let seed = 10_000; seed < 10_600; seed++) {
      const random = seeded(seed);
      const intake = new Intake({
        declared: { encoding: 'auto', sampleRate: 16_000, channels: 1 },
        sampleRate: 16_000,
      });
      try {
        for (const piece of cutAnywhere(random, mutated(random))) samples += (await intake.push(piece)).length;
        samples += (await intake.end()).length;
      } catch (error) {
        if (!(error instanceof AudioError)) throw new Error(`seed ${seed}`, { cause: error });
      } finally {
        intake.free();
      }
    }
    expect(samples).toBeGreaterThan(600 * 320);
    expect(log).not.toHaveBeenCalled();
  });

  it('does not loop over elements of size zero', () => {
    const empty = new Uint8Array(200_000);
    for (let at = 0; at < empty.length; at += 2) empty.set([0xec, 0x80], at);
    const demuxer = new WebmDemuxer();
    expect([...demuxer.read(concatBytes(header(), endless(0x18538067, tracks(trackEntry()))))].length).toBe(1);
    expect([...demuxer.read(empty)]).toEqual([]);
    const clusters = concatBytes(...Array.from({ length: 5_000 }, () => element(0x1f43b675)));
    expect([...demuxer.read(clusters)]).toEqual([]);
    expect([...demuxer.read(cluster(0, simpleBlock(Uint8Array.of(1))))].length).toBe(1);
  });

  it.each<[string, Uint8Array]>([
    ['headers', header()],
    ['tracks', concatBytes(header(), endless(0x18538067), tracks(trackEntry()))],
    ['clusters', element(0x1f43b675)],
    ['what is skipped', element(0xec, new Uint8Array(1_000))],
  ])('refuses a stream of nothing but %s after 8 MiB', (_name, unit) => {
    const chunk = concatBytes(...Array.from({ length: Math.ceil(16_384 / unit.length) }, () => unit));
    const demuxer = new WebmDemuxer();
    const start = concatBytes(header(), endless(0x18538067, tracks(trackEntry())));
    const read = (bytes: Uint8Array) => Array.from(demuxer.read(bytes)).length;
    read(start);
    let taken = start.length;
    expect(() => {
      for (; taken < 16 * 1_048_576; taken += chunk.length) read(chunk);
    }).toThrow('no audio within');
    expect(taken).toBeGreaterThan(7.9 * 1_048_576);
    expect(taken).toBeLessThan(8.1 * 1_048_576);
  });

  it('takes any length of stream as long as there is audio in it', () => {
    const demuxer = new WebmDemuxer();
    Array.from(demuxer.read(liveStream()));
    const part = cluster(0, element(0xec, new Uint8Array(1_000_000)), simpleBlock(Uint8Array.of(1)));
    for (let i = 0; i < 20; i++) expect(Array.from(demuxer.read(part)).length).toBe(1);
  });

  it('does not read lacing sizes again and again that no block could hold', () => {
    const demuxer = new WebmDemuxer();
    const sizes = new Uint8Array(5_000).fill(255);
    const block = concatBytes([0xa3], vint(60_000), [0x81, 0, 0, 2, 200], sizes);
    const damage = { kind: 'damage', message: expect.stringContaining('laced frames') };
    expect([...demuxer.read(liveStream(endlessCluster(0, block)))].at(-1)).toEqual(damage);
  });

  it('refuses one element that promises terabytes once 8 MiB of it have passed', () => {
    const demuxer = new WebmDemuxer();
    const promise = concatBytes(header(), idBytes(0x18538067), unknownSize, [0xec], vint(2 ** 40, 8));
    Array.from(demuxer.read(promise));
    const chunk = new Uint8Array(1_048_576);
    expect(() => {
      for (let i = 0; i < 40; i++) Array.from(demuxer.read(chunk));
    }).toThrow('no audio within');
  });

  it('allocates by what has arrived, not by what is promised', () => {
    const megabyte = vint(1_000_000, 4);
    const value = concatBytes(
      header(),
      endless(
        0x18538067,
        concatBytes(
          [0x16, 0x54, 0xae, 0x6b],
          vint(1_100_000, 4),
          [0xae],
          vint(1_050_000, 4),
          [0x63, 0xa2],
          megabyte,
          [1, 2],
        ),
      ),
    );
    const block = liveStream(endlessCluster(0, concatBytes([0xa3], megabyte, [0x81, 0, 0, 0x80, 1, 2])));
    const before = process.memoryUsage().arrayBuffers;
    const demuxers = Array.from({ length: 400 }, (_, i) => {
      const demuxer = new WebmDemuxer();
      Array.from(demuxer.read(i % 2 ? value : block));
      return demuxer;
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(demuxers.length * 10_000);
  });

  it('refuses packets that ask for minutes of concealment', async () => {
    // Six frames of 20 ms without a byte each: 120 ms for 2 bytes.
    const bomb = simpleBlock(Uint8Array.of((31 << 3) | 3, 6));
    const intake = new Intake({ declared: { encoding: 'auto', sampleRate: 16_000, channels: 1 }, sampleRate: 16_000 });
    await intake.push(liveStream(endlessCluster(0, simpleBlock(celt(seeded(1), 80)))));
    const slice = concatBytes(...Array.from({ length: Math.floor(32_768 / bomb.length) }, () => bomb));
    await expect(intake.push(slice)).rejects.toThrow('more than 300 s of sound');
  });

  it('does not open decoders without end', async () => {
    const layouts = [
      [1, 1, 1, 0],
      [1, 1, 0, 0],
    ].map((mapping) =>
      trackEntry({
        codecPrivate: Array.from('OpusHead', (letter) => letter.charCodeAt(0)).concat([
          1,
          1,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          ...mapping,
        ]),
      }),
    );
    const restart = concatBytes(...layouts.map((entry) => concatBytes(header(), endless(0x18538067, tracks(entry)))));
    const intake = new Intake({ declared: { encoding: 'auto', sampleRate: 16_000, channels: 1 }, sampleRate: 16_000 });
    await expect(intake.push(concatBytes(...Array.from({ length: 9 }, () => restart)))).rejects.toThrow(
      'changes its format too often',
    );
  });
});
