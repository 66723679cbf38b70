import { setTimeout as wait } from 'node:timers/promises';
import { describeWith, seeded } from '@live-transcribe/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { redisMissing } from '../../bus-redis/test/redis.ts';
import { postgresMissing } from '../../store-sql/test/postgres.ts';
import { type Cluster, openCluster } from './support/cluster/cluster.ts';
import type { ClusterNode } from './support/cluster/cluster-node.ts';
import { heard, length, type Talk, type TalkOptions, talk } from './support/cluster/talk.ts';

/** Each takes some 12 s; 30 for the figures in docs/operations.md. */
const rounds = Number(process.env['CLUSTER_ROUNDS'] ?? 3);
const firstSeed = Number(process.env['CLUSTER_SEED'] ?? 1);
const sessions = Number(process.env['CLUSTER_SESSIONS'] ?? 50);
const patience = { timeout: 120_000, interval: 50 };
const whole = `0-${length - 1}`;

let cluster: Cluster;

async function ready(nodes: readonly ClusterNode[]): Promise<void> {
  for (const node of nodes) await expect.poll(() => node.isReady(), patience).toBe(true);
}

/** So many who speak, when all of them have been told that their sessions live. */
async function begin(count: number, options: Partial<TalkOptions> = {}): Promise<readonly Promise<Talk>[]> {
  let started = 0;
  const onStarted = () => {
    started += 1;
  };
  const { address } = cluster.balancer;
  const talking = Array.from({ length: count }, () => talk({ ...options, address, onStarted }));
  await expect.poll(() => started, patience).toBe(count);
  return talking;
}

/** Every sample in one final, for the speaker, the watcher and the store. */
async function expectWhole(talks: readonly Talk[], story: string): Promise<void> {
  for (const { id, speaker, watcher } of talks) {
    const log = () => `${story}, session ${id}\n${cluster.nodes.flatMap(({ said }) => about(id, said)).join('\n')}`;
    if (heard(speaker) !== whole) expect(heard(speaker), `speaker: ${log()}`).toBe(whole);
    if (heard(watcher) !== whole) expect(heard(watcher), `watcher: ${log()}`).toBe(whole);
    expect(watcher.segments, log()).toEqual(speaker.segments);
    const response = await fetch(`${cluster.balancer.address}/v1/sessions/${id}/transcript?format=json`);
    const { items } = (await response.json()) as { items: readonly { text: string }[] };
    expect(
      items.map(({ text }) => text),
      log(),
    ).toEqual(speaker.segments.map(({ text }) => text));
  }
}

const about = (id: string, said: readonly string[]) =>
  said
    .join('')
    .split('\n')
    .filter((line) => line.includes(id));

describeWith([postgresMissing, redisMissing], 'three servers behind a load balancer', { timeout: 1_800_000 }, () => {
  beforeEach(async () => {
    cluster = await openCluster();
    await ready(cluster.nodes);
  });
  afterEach(() => cluster.close());

  it('restarted one after the other lose nothing of what is being said, and exit with 0', async () => {
    const over = new AbortController();
    const talking = await begin(12, { pace: 2_000, hurry: over.signal });
    for (const node of cluster.nodes) {
      expect(await node.stop()).toBe(0);
      await node.start();
      await ready([node]);
    }
    over.abort();
    await expectWhole(await Promise.all(talking), 'rolling restart');
  });

  it('have one owner of a session at any time: one that was paused finds that it is not', async () => {
    const over = new AbortController();
    const talking = await begin(9, { pace: 2_000, hurry: over.signal });
    const [node] = cluster.nodes;
    if (!node) return;
    const saying = (words: string) =>
      cluster.nodes.map(({ said }) => said.join('').split(words).length - 1).reduce((sum, count) => sum + count);
    node.pause();
    // What comes meanwhile is what it will hear when it wakes up: some utterances.
    await wait(1_000);
    cluster.balancer.cut(node);
    const its = node.said.join('').split('session started').length - 1;
    await expect.poll(() => saying('session resumed'), patience).toBe(its);
    node.wake();
    await expect.poll(() => node.said.join(''), patience).toContain('This session goes on at another server');
    over.abort();
    await expectWhole(await Promise.all(talking), 'paused');
  });

  it(`killed at any moment lose nothing of ${sessions} sessions, in ${rounds} seeded rounds`, async () => {
    const silences: number[] = [];
    for (let seed = firstSeed; seed < firstSeed + rounds; seed += 1) {
      const random = seeded(seed);
      const talking = await begin(sessions);
      const killed: string[] = [];
      const kill = async (index: number, afterMs: number, downMs: number) => {
        await wait(afterMs);
        killed.push(`${index} at ${Math.round(afterMs)} ms`);
        await cluster.nodes[index]?.kill();
        await wait(downMs);
        await cluster.nodes[index]?.start();
      };
      // A server is killed once a round at most: else it might be killed before it has started.
      const victims = [0, 1, 2].toSorted(() => random() - 0.5).slice(0, 1 + Math.floor(random() * 2));
      const killing = victims.map((index) => kill(index, random() * 6_500, random() * 2_000));
      const talks = await Promise.all(talking);
      await Promise.all(killing);
      await ready(cluster.nodes);
      await expectWhole(talks, `seed ${seed}, killed ${killed.join(', ')}`);
      silences.push(...talks.map(({ longestSilenceMs }) => longestSilenceMs));
    }
    const sorted = silences.toSorted((a, b) => a - b);
    const at = (share: number) => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
    console.log(
      `longest time without a final, of ${sorted.length} sessions: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms`,
    );
  });
});
