import { describeBusContract, describeWith } from '@live-transcribe/testkit';
import { RedisBus } from '../src/index.ts';
import { address, redisMissing, redisSpace } from './redis.ts';

describeWith([redisMissing], 'the bus in Redis', {}, () => {
  describeBusContract('Redis', async () => {
    const { prefix, clear } = redisSpace();
    const open = () => RedisBus.open({ url: address, prefix, warn: () => undefined });
    return { open, isShared: true, dispose: clear };
  });
});
