import { describe, expect, it } from 'vitest';
import { bytesOf, FrameReader, frame, jsonFrame, numberFrame, readJson, readNumber } from '../src/wire.ts';

describe('the channel to a recogniser', () => {
  const sent = [
    frame(4, 1),
    jsonFrame(2, 7, ['sjö']),
    numberFrame(6, 0, 0.05),
    frame(3, 9, bytesOf(new Int16Array([1, -2, 3]))),
  ];

  it.each([1, 5, 12, 13, 1_000])(
    'gives the frames that were sent, in pieces of %i bytes that come in one buffer',
    (size) => {
      const seen: unknown[] = [];
      const reader = new FrameReader((kind, stream, payload) => {
        const read = kind === 2 ? readJson(payload) : kind === 6 ? readNumber(payload) : payload.toString('hex');
        seen.push([kind, stream, read]);
      });
      const bytes = Buffer.concat(sent);
      const channel = Buffer.alloc(size);
      for (let at = 0; at < bytes.length; at += size) reader.push(channel.subarray(0, bytes.copy(channel, 0, at)));
      expect(seen).toEqual([
        [4, 1, ''],
        [2, 7, ['sjö']],
        [6, 0, 0.05],
        [3, 9, '0100feff0300'],
      ]);
    },
  );

  it('takes no frame longer than any can be', () => {
    const bytes = Buffer.alloc(12);
    bytes.writeUInt32LE(0xffffffff, 0);
    expect(() => new FrameReader(() => undefined).push(bytes)).toThrow('4294967295 bytes');
  });
});
