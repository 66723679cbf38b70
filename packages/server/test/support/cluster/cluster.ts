import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { address as redisAddress, redisSpace } from '../../../../bus-redis/test/redis.ts';
import { postgresSchema } from '../../../../store-sql/test/postgres.ts';
import { Balancer } from './balancer.ts';
import { ClusterNode } from './cluster-node.ts';

export interface Cluster {
  readonly nodes: readonly ClusterNode[];
  readonly balancer: Balancer;
  close(): Promise<void>;
}

/** Three server processes that share a PostgreSQL schema and a space in Redis, behind a load balancer. */
export async function openCluster(): Promise<Cluster> {
  const schema = await postgresSchema();
  const space = redisSpace();
  const folder = mkdtempSync(join(tmpdir(), 'live-transcribe-cluster-'));
  const environment = {
    DATABASE_URL: schema.url,
    REDIS_URL: redisAddress,
    REDIS_PREFIX: space.prefix,
    DATA_DIR: folder,
    LOG_LEVEL: 'info',
    FFMPEG_PROCESSES: '0',
  };
  const nodes = [1, 2, 3].map(() => new ClusterNode(environment));
  for (const node of nodes) await node.start();
  const balancer = await Balancer.open(nodes);
  const close = async () => {
    await balancer.close();
    for (const node of nodes) await node.kill();
    await space.clear();
    await schema.drop();
    rmSync(folder, { recursive: true });
  };
  return { nodes, balancer, close };
}
