import { readFileSync } from 'node:fs';
import { EngineError } from '@live-transcribe/core';
import { RulerEngine, rulerAudio } from '@live-transcribe/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Scrape, scrape } from './support/scrape.ts';
import { startTestGateway, testRate } from './test-gateway.ts';
import { pcm16, WireClient } from './wire-client.ts';

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

const file = new URL('../../../deploy/grafana/live-transcribe.json', import.meta.url);
const dashboard: { readonly panels: readonly Panel[] } = JSON.parse(readFileSync(file, 'utf8'));
const queries = dashboard.panels.flatMap(({ title, targets = [] }) => targets.map((target) => ({ title, ...target })));

/** The names of metrics in a query: everything else in it is PromQL's own, a label or a variable of Grafana. */
const namesIn = (expr: string) =>
  Array.from(expr.matchAll(/\b(?:live_transcribe|process|nodejs)_\w+/g), ([name]) => name);

/** The labels that a query asks for, `le` aside, which is in every histogram. */
const labelsIn = (expr: string) =>
  Array.from(expr.matchAll(/\bby \(([^)]+)\)/g), ([, labels = '']) => labels.split(', '))
    .flat()
    .filter((label) => label !== 'le');

describe('the Grafana dashboard', () => {
  let told: Scrape;

  beforeAll(async () => {
    const busy = new EngineError('engine_busy', 'There is no room.', { retryAfterMs: 1 });
    const faults = [{ loseAfter: 5_000 }, { openError: busy }, { fails: [0] }];
    const engine = new RulerEngine({ sampleRate: testRate, faults });
    Object.assign(engine, { transcribe: undefined });
    const gateway = await startTestGateway({ engine });
    const client = await WireClient.open(gateway.port, '/v1/transcriptions');
    client.send({ action: 'start', encoding: 'pcm16', sample_rate: testRate });
    client.send(pcm16(rulerAudio(0, 24_000)));
    client.send({ action: 'stop' });
    await client.closed;
    told = await scrape(gateway);
    await gateway.close();
  });

  it('has queries', () => {
    expect(queries.length).toBeGreaterThan(40);
  });

  it.each(queries)('$title: asks for what a server tells: $expr', ({ expr, legendFormat }) => {
    const names = namesIn(expr);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      const described = told.descriptions.find((metric) => metric.name === name.replace(/_bucket$/, ''));
      expect(described, name).toBeDefined();
      // A histogram has buckets, and nothing else has.
      expect(described?.type === 'histogram').toBe(name.endsWith('_bucket'));
      if (described?.type === 'counter') expect(expr).toMatch(/rate|increase/);
    }
    const labels = labelsIn(expr);
    const shown = Array.from(legendFormat.matchAll(/\{\{(\w+)\}\}/g), ([, label]) => label);
    if (labels.length > 0) expect(shown.toSorted()).toEqual(labels.toSorted());
    const samples = [...told.samples.keys()].filter((sample) => sample.startsWith(`${names[0]}{`));
    for (const label of labels) for (const sample of samples) expect(sample).toContain(`${label}="`);
  });

  it('shows everything that a server tells of itself', () => {
    const shown = new Set(queries.flatMap(({ expr }) => namesIn(expr)).map((name) => name.replace(/_bucket$/, '')));
    const ours = told.descriptions.map(({ name }) => name).filter((name) => name.startsWith('live_transcribe_'));
    expect(ours.filter((name) => !shown.has(name))).toEqual([]);
  });
});
