import { describe, expect, it } from 'vitest';
import { parseChunks, parseTexts } from '../src/debug/entries.ts';
import { DebugHistory } from '../src/debug/history.ts';
import { plotsOf } from '../src/debug/plots.ts';
import { en } from '../src/words/en.ts';

const chunk = (t: number, end_s: number, more: object = {}) => ({
  t,
  session_id: 'a',
  bytes: 100,
  start_s: 0,
  end_s,
  ...more,
});
const text = (t: number, end_s: number, type = 'partial') => ({
  t,
  session_id: 'a',
  type,
  text: 'x',
  ts: { end_s },
  event: 'e',
});

describe('the last minute', () => {
  it('is counted by the second', () => {
    const history = new DebugHistory();
    const loud = [chunk(10, 0.1, { peak: 0.5, rms: 0.3 }), chunk(10.9, 0.2, { peak: 0.2, rms: 0.4 }), chunk(11, 0.3)];
    history.addChunksIn(parseChunks(loud));
    history.addChunksOut(parseChunks([chunk(10.5, 0.1)]));
    history.addTextsIn(parseTexts([text(11.5, 0.1)]));
    expect(history.second(10.2)).toMatchObject({ bytesIn: 200, bytesOut: 100, peak: 0.5, chunks: 2 });
    expect(history.second(10.2)?.power).toBeCloseTo(0.25);
    expect(history.second(11)).toMatchObject({ bytesIn: 100, textsIn: 1 });
    expect(history.newest).toBe(11.5);
  });

  it('tells how long after its last sound a text was sent', () => {
    const history = new DebugHistory();
    const other = chunk(10, 9, { session_id: 'b' });
    history.addChunksIn(parseChunks([other, chunk(10, 0.5), chunk(10.5, 1), chunk(11, 1.5)]));
    history.addTextsOut(parseTexts([text(11.2, 1), text(11.9, 1.2, 'final'), text(12, 7)]));
    expect(history.latencies.map(({ seconds, final }) => [seconds.toFixed(3), final])).toEqual([
      ['0.700', false],
      ['0.900', true],
    ]);
    expect(history.medianLatency()?.toFixed(3)).toBe('0.900');
  });

  it('forgets what is older, so that it does not grow', () => {
    const history = new DebugHistory();
    for (let t = 0; t < 1_000; t++) {
      history.addChunksIn(parseChunks([chunk(t, t)]));
      history.addTextsOut(parseTexts([text(t + 0.5, t)]));
    }
    expect(history.second(900)).toBeUndefined();
    expect(history.second(990)).toBeDefined();
    expect(history.latencies.length).toBeLessThan(70);
  });

  it('is drawn from the oldest to the newest whole second, silence at the floor', () => {
    const history = new DebugHistory();
    history.addChunksIn(parseChunks([chunk(100, 1, { bytes: 2048, peak: 1, rms: 0.5 })]));
    const [audio, , , level] = plotsOf(history, 101.5, en);
    expect(audio?.series[0]?.points.at(-1)).toEqual({ x: 1 - 1 / 60, y: 2 });
    expect(audio?.series[0]?.points).toHaveLength(60);
    expect(audio?.to).toBe(10);
    expect(level?.series.map(({ points }) => [points[0]?.y, points.at(-1)?.y])).toEqual([
      [-60, 0],
      [-60, expect.closeTo(-6.02, 2)],
    ]);
  });

  it('reads what another server’s version left out or wrote otherwise as nothing', () => {
    expect(parseChunks('no list')).toEqual([]);
    expect(parseChunks([7, null, {}])).toMatchObject([{ t: 0, session: '', bytes: 0, peak: undefined }]);
    expect(parseTexts([{ ts: 7 }])).toMatchObject([{ text: '', end: undefined }]);
  });
});
