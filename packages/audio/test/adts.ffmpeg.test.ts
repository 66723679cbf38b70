import { seeded } from '@live-transcribe/testkit';
import { expect, it } from 'vitest';
import { AdtsDemuxer } from '../src/adts/demuxer.ts';
import { findAdts, matchAdts } from '../src/adts/match.ts';
import { ffmpeg, speak } from './ffmpeg.ts';
import { cutAnywhere } from './random.ts';

it('the access units of ADTS made by ffmpeg are those of its MP4, and so is the configuration', () => {
  const speech = speak('She sells sea shells by the sea shore.');
  const adts = ffmpeg(['-i', 'pipe:0', '-ar', '44100', '-ac', '2', '-c:a', 'aac', '-f', 'adts', 'pipe:1'], speech);
  const mp4 = ['-f', 'mp4', '-movflags', 'frag_keyframe+empty_moov', 'pipe:1'];
  const file = Buffer.from(
    ffmpeg(['-f', 'aac', '-i', 'pipe:0', '-c', 'copy', '-bsf:a', 'aac_adtstoasc', ...mp4], adts),
  );
  expect(matchAdts(adts)).toBe('yes');
  expect(findAdts(adts.subarray(100))).toBe(true);
  const demuxer = new AdtsDemuxer();
  const units: Uint8Array[] = [];
  for (const piece of cutAnywhere(seeded(1), adts)) {
    for (const item of demuxer.read(piece)) {
      expect(item.kind).not.toBe('damage');
      if (item.kind === 'track') expect(item.format).toEqual({ codec: 'aac', config: Uint8Array.of(0x12, 0x10) });
      if (item.kind === 'packet') units.push(item.bytes.slice());
    }
  }
  expect(units.length).toBeGreaterThan(80);
  let at = 0;
  for (const unit of units) {
    at = file.indexOf(unit, at);
    expect(at).toBeGreaterThan(0);
    at += unit.length;
  }
});
