/** Hostile clients in a thread of their own, so that who measures beside them is not held up by them. */
import { parentPort } from 'node:worker_threads';
import { attack, HostileTraffic, holdOpen, seeded } from '@live-transcribe/testkit';

const work = {
  async attack({ seed, items, together, port, ...of }) {
    const traffic = new HostileTraffic({ random: seeded(seed), ...of });
    return attack({ port, traffic, items, together });
  },
  async hold({ port, count, first, drip }) {
    const connections = await holdOpen(port, count, first, drip === undefined ? {} : { drip });
    await connections.closed;
    return count;
  },
};

const answer = async ({ what, ...of }) => parentPort.postMessage(await work[what](of));

parentPort.on('message', (asked) => void answer(asked));
