import { Histogram, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { Arrivals } from '../src/observe/arrivals.ts';
import { FastHistogram } from '../src/observe/fast-histogram.ts';
import { Metrics } from '../src/observe/metrics.ts';

describe('a fast histogram', () => {
  it('tells what the library’s own would', async () => {
    const options = { name: 'h', help: 'What.', buckets: [0.001, 0.1, 2] };
    const fast = new FastHistogram(options);
    const own = new Histogram({ ...options, registers: [] });
    for (const seconds of [0, 0.001, 0.0011, 0.1, 1, 2, 2.0001, 500]) {
      fast.count(seconds);
      own.observe(seconds);
    }
    const texts = [fast, own].map((metric) => {
      const registry = new Registry();
      registry.registerMetric(metric);
      return registry.metrics();
    });
    const [ours, theirs] = await Promise.all(texts);
    expect(ours).toContain('h_bucket{le="0.1"} 4');
    expect(ours).toBe(theirs);
  });
});

describe('arrivals', () => {
  const rate = 1_000;

  it('knows nothing before anything has come', () => {
    expect(new Arrivals(rate).timeOf(0)).toBeUndefined();
  });

  it('tells to the sample when audio came that comes as it is spoken', () => {
    const arrivals = new Arrivals(rate);
    for (let at = 20; at <= 10_000; at += 20) arrivals.note(at, at);
    for (const position of [9_999, 9_000, 5_017, 21]) expect(arrivals.timeOf(position)).toBe(position);
    expect(arrivals.timeOf(20_000)).toBe(10_000);
  });

  it('takes a pause for no time in which audio came', () => {
    const arrivals = new Arrivals(rate);
    for (const at of [100, 200, 300]) arrivals.note(at, at);
    arrivals.note(400, 60_300);
    expect([300, 301, 400].map((position) => arrivals.timeOf(position))).toEqual([300, 60_201, 60_300]);
  });

  it('never says that audio of a file came before what came before it', () => {
    const arrivals = new Arrivals(rate);
    for (let step = 1; step <= 20; step += 1) arrivals.note(step * 10_000, 5_000 + step * 250);
    expect(arrivals.timeOf(100_001)).toBeGreaterThanOrEqual(5_000 + 10 * 250);
    expect(arrivals.timeOf(1)).toBe(5_250);
  });

  it('says of what was long ago the earliest that it knows', () => {
    const arrivals = new Arrivals(rate);
    for (let at = 100; at <= 60_000; at += 100) arrivals.note(at, at);
    const earliest = arrivals.timeOf(1) ?? 0;
    expect(earliest).toBeGreaterThan(0);
    expect(60_000 - earliest).toBeGreaterThan(12_000);
  });
});

describe('models', () => {
  it('beyond the fiftieth count together', async () => {
    const metrics = new Metrics({ version: '1', engine: 'ruler' });
    for (let model = 0; model < 60; model += 1) {
      const about = {
        id: String(model),
        protocol: '/ws',
        client: undefined,
        engine: 'ruler',
        language: 'sv',
        model: `m${model}`,
        sampleRate: 16_000,
      };
      const usage = { audioSeconds: 1 };
      const session = { sent: 0, received: 0, kept: 0, partialsDropped: 0, usage };
      metrics.ended(
        metrics.observe(about, () => session),
        'stopped',
      );
    }
    const lines = (await metrics.text()).split('\n').filter((line) => line.includes('usage_audio_seconds_total{'));
    expect(lines).toHaveLength(51);
    expect(lines).toContain('live_transcribe_usage_audio_seconds_total{model="other"} 10');
  });
});
