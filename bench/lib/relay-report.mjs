/** Loaded by `--import` into a relay that is measured: tells its parent what it has used, and leaves the relay as it is. */
import { readFileSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

const kbOf = (name) =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))[1]);

const report = () => {
  const { user, system } = process.cpuUsage();
  const { heapUsed, external } = process.memoryUsage();
  return { userUs: user, systemUs: system, residentKb: kbOf('VmRSS'), usedKb: (heapUsed + external) / 1024 };
};

const inspector = new Session();

async function startProfile() {
  inspector.connect();
  await inspector.post('Profiler.enable');
  await inspector.post('Profiler.start');
}

async function writeProfile(path) {
  const { profile } = await inspector.post('Profiler.stop');
  writeFileSync(path, JSON.stringify(profile));
}

async function answer({ what, path }) {
  if (what === 'collect') for (let times = 0; times < 3; times++) globalThis.gc?.();
  if (what === 'start profile') await startProfile();
  if (what === 'write profile') await writeProfile(path);
  process.send(report());
}

process.on('message', (asked) => void answer(asked));
// The channel alone shall not keep it running, so that it ends as its users see it end.
process.channel?.unref();
