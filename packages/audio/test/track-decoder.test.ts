import { describe, expect, it } from 'vitest';
import { ContainerClock } from '../src/decode/container-clock.ts';
import { TrackDecoder } from '../src/decode/track-decoder.ts';
import { type Codec, Intake } from '../src/index.ts';
import { Notices } from '../src/notices.ts';
import { plainOpusHead } from '../src/opus/head.ts';
import type { TrackFormat, TrackItem } from '../src/track.ts';
import { text } from './matroska.ts';
import { concat } from './signals.ts';

/** 10 ms at 16 kHz, one frame to the byte: mu-law in which every sample is loud. */
const tenMs = (): Uint8Array => new Uint8Array(160).fill(0x80);

const muLaw: TrackFormat = { codec: 'pcm', format: { type: 'mulaw', sampleRate: 16_000, channels: 1 } };
const track = (format: TrackFormat = muLaw, more: Partial<Extract<TrackItem, { kind: 'track' }>> = {}): TrackItem => ({
  kind: 'track',
  format,
  ...more,
});
const at = (atMs?: number, bytes = tenMs(), discardMs?: number): TrackItem => ({
  kind: 'packet',
  bytes,
  ...(atMs !== undefined && { atMs }),
  ...(discardMs !== undefined && { discardMs }),
});

interface Heard {
  /** Runs of sound (+) and silence (-), in ms. */
  readonly runs: string[];
  readonly notices: string[];
}

/** What an engine of 16 kHz hears of these items, one push each. */
async function hear(items: readonly TrackItem[], openAac?: () => Promise<Codec>): Promise<Heard> {
  const notices = new Notices();
  let next: TrackItem[] = [];
  const demuxer = { read: () => next };
  const decoder = new TrackDecoder({ demuxer, notices, engineRate: 16_000, openAac });
  const parts: Int16Array[] = [];
  const codes: string[] = [];
  for (const item of items) {
    next = [item];
    parts.push((await decoder.push(new Uint8Array(1))).slice());
    codes.push(...notices.take().map(({ code }) => code));
  }
  parts.push(await decoder.end());
  decoder.free();
  return { runs: runsOf(concat(parts)), notices: codes };
}

function runsOf(samples: Int16Array): string[] {
  const runs: string[] = [];
  let from = 0;
  for (let i = 1; i <= samples.length; i++) {
    if (i < samples.length && (samples[i] === 0) === (samples[i - 1] === 0)) continue;
    runs.push(`${samples[i - 1] === 0 ? '-' : '+'}${(i - from) / 16}`);
    from = i;
  }
  return runs;
}

describe('the timeline of a container', () => {
  it('is the sound in a row while its clock keeps up', async () => {
    expect(await hear([track(), at(1_000), at(1_010), at(1_020)])).toEqual({ runs: ['+30'], notices: [] });
  });

  it('has silence where the container says that audio is missing', async () => {
    const heard = await hear([track(), at(0), at(10), at(500), at(510)]);
    expect(heard).toEqual({ runs: ['+20', '-480', '+20'], notices: ['gap_filled'] });
  });

  it('takes what a recorder’s clock is early or late for no gap, until it adds up', async () => {
    expect(await hear([track(), at(0), at(25), at(22), at(45), at(41)])).toEqual({ runs: ['+50'], notices: [] });
    const losing = [0, 10, 30, 50, 70, 90, 110].map((ms) => at(ms));
    expect((await hear([track(), ...losing])).notices).toEqual(['gap_filled']);
  });

  it('believes a clock that goes back, and packets without a time', async () => {
    const heard = await hear([track(), at(5_000), at(0), at(10), at(), at(30), at(20_000)]);
    expect(heard).toEqual({ runs: ['+50', '-19960', '+10'], notices: ['gap_filled'] });
  });

  it('does not fill more than a minute, and says so', async () => {
    const heard = await hear([track(), at(0), at(60_000), at(200_000), at(200_010), at(200_120)]);
    expect(heard.runs).toEqual(['+10', '-59990', '+30', '-100', '+10']);
    expect(heard.notices).toEqual(['gap_filled', 'clock_jumped', 'gap_filled']);
  });

  it('starts anew with a second header', async () => {
    const heard = await hear([track(), at(0), at(10), track(), at(90_000), at(90_010)]);
    expect(heard).toEqual({ runs: ['+40'], notices: ['restarted'] });
  });

  it('drifts with a clock that is one part in a thousand fast for an hour, without a gap', () => {
    const clock = new ContainerClock();
    for (let packet = 0; packet < 180_000; packet++) {
      expect(clock.missingBefore(packet * 20.02)).toBe(0);
      clock.advance(20);
    }
  });

  it('ignores a time that is no number', () => {
    const clock = new ContainerClock();
    expect(clock.missingBefore(Number.NaN)).toBe(0);
    expect(clock.missingBefore(0)).toBe(0);
    expect(clock.missingBefore(Number.POSITIVE_INFINITY)).toBe(0);
    expect(clock.missingBefore(100)).toBe(100);
  });
});

describe('a track', () => {
  it('leaves out what the encoder put before and after the sound', async () => {
    expect((await hear([track(muLaw, { skipMs: 25 }), at(), at(), at(), at()])).runs).toEqual(['+15']);
    expect((await hear([track(), at(0), at(10, tenMs(), 4)])).runs).toEqual(['+16']);
    expect((await hear([track(), at(0, tenMs(), 400)])).runs).toEqual([]);
  });

  it('says that it was joined in the middle, and of damage', async () => {
    expect((await hear([track(muLaw, { joinedMidway: true }), at()])).notices).toEqual(['joined_midway']);
    expect((await hear([track(), { kind: 'damage', message: 'Lost.' }, at()])).notices).toEqual(['damaged']);
  });

  it('changes its codec and rate in mid-stream without losing a sample', async () => {
    const half: TrackFormat = { codec: 'pcm', format: { type: 'mulaw', sampleRate: 8_000, channels: 1 } };
    const heard = await hear([track(), at(), track(half), at(), at(), track(), at()]);
    expect(heard.runs.join()).toMatch(/^\+60$/);
  });

  const opus: TrackFormat = { codec: 'opus', head: plainOpusHead };
  const damagedOpus = Uint8Array.of((31 << 3) | 3, 0);

  it('has silence for a damaged packet, and gives up after 50 in a row', async () => {
    const damaged = at(undefined, Uint8Array.of((31 << 3) | 3, 0x83, 255));
    expect(await hear([track(opus), damaged])).toEqual({ runs: ['-60'], notices: ['damaged'] });
    const good = at(undefined, Uint8Array.of(31 << 3, 1, 2, 3));
    const many = new Array<TrackItem>(49).fill(at(undefined, damagedOpus));
    await hear([track(opus), ...many, good, ...many]);
    await expect(hear([track(opus), ...many, at(undefined, damagedOpus)])).rejects.toThrow(
      '50 packets in a row could not be decoded',
    );
  });

  it('does not change its format without end', async () => {
    const changes = Array.from({ length: 17 }, (_, i) =>
      track({ codec: 'pcm', format: { type: 'mulaw', sampleRate: 8_000 + i, channels: 1 } }),
    );
    await expect(hear(changes)).rejects.toThrow('changes its format too often');
  });

  it('claims no more than 300 s in a push', async () => {
    const notices = new Notices();
    const gaps = Array.from({ length: 6 }, (_, i) => at(i * 59_000));
    const demuxer = { read: () => [track(), ...gaps] };
    const decoder = new TrackDecoder({ demuxer, notices, engineRate: 16_000, openAac: undefined });
    expect((await decoder.push(new Uint8Array(1))).length).toBe((5 * 59_000 + 10) * 16);
    const more = Array.from({ length: 8 }, (_, i) => at(i * 59_000));
    const greedy = new TrackDecoder({
      demuxer: { read: () => [track(), ...more] },
      notices,
      engineRate: 16_000,
      openAac: undefined,
    });
    await expect(greedy.push(new Uint8Array(1))).rejects.toThrow('more than 300 s of sound');
  });

  it('of AAC needs somebody who decodes it', async () => {
    await expect(hear([track({ codec: 'aac', config: Uint8Array.of(0x12, 0x10) })])).rejects.toMatchObject({
      code: 'unsupported_audio',
    });
  });

  /** Gives the sound of each packet only when asked to settle, as a process elsewhere does. */
  function slowCodec(): Codec {
    let owed = 0;
    const give = (): Int16Array => {
      const samples = new Int16Array(owed).fill(1_000);
      owed = 0;
      return samples;
    };
    return {
      sampleRate: 16_000,
      decode: (packet) => {
        owed += packet.length;
        return new Int16Array(0);
      },
      statedSamples: (packet) => packet.length,
      settle: () => Promise.resolve(give()),
      end: () => Promise.resolve(give()),
      free: () => {},
    };
  }

  it('waits for a codec that decodes elsewhere, before a gap too', async () => {
    const aac = track({ codec: 'aac', config: Uint8Array.of(0x12, 0x10) });
    const items = [aac, at(0), at(10), at(300), at(310)];
    const open = () => Promise.resolve(slowCodec());
    expect(await hear(items, open)).toEqual({ runs: ['+20', '-280', '+20'], notices: ['gap_filled'] });
  });
});

describe('notices', () => {
  it('are told once each until they are taken, and 50 in all', () => {
    const notices = new Notices();
    notices.add('damaged', 'One.');
    notices.add('damaged', 'Two.');
    notices.add('gap_filled', 'Three.');
    expect(notices.take()).toEqual([
      { code: 'damaged', message: 'One.' },
      { code: 'gap_filled', message: 'Three.' },
    ]);
    expect(notices.take()).toEqual([]);
    const told: string[] = [];
    for (let i = 0; i < 100; i++) {
      notices.add('damaged', 'Again.');
      told.push(...notices.take().map(({ message }) => message));
    }
    expect(told.length).toBe(48);
    expect(told.at(-1)).toBe('Again. Further notices are left out.');
  });

  it('tell that the bytes are not what was declared', async () => {
    const intake = new Intake({ declared: { encoding: 'pcm16', sampleRate: 16_000, channels: 1 }, sampleRate: 16_000 });
    await intake.push(Uint8Array.from(text('RIFF\0\0\0\0WAVE')));
    expect(intake.takeNotices()).toEqual([
      { code: 'format_differs', message: expect.stringContaining('declared as pcm16, but its bytes are WAV') },
    ]);
  });
});
