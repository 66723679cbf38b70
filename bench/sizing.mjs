/**
 * What a number of live sessions needs: servers, Redis, PostgreSQL, bandwidth. A model on paper: measured costs of one chunk,
 * one partial, one final, one session, times how many there are. It prints what it assumes, what it computes, and which
 * command measures each cost; every assumption and every cost is an option.
 *
 *   node bench/sizing.mjs [--sessions 100000] [--watched-share 0.05] … [--json]
 *
 * The costs given here were measured on two cores of a shared machine that was busy with other things (which makes them
 * larger, CPU above all): measure your own, and give them.
 */
import { parseArgs } from 'node:util';

/** Each is an option: its value, its unit, and what it is or which command measures it. */
const assumptions = {
  sessions: [100_000, '', 'live at the same time'],
  'chunk-ms': [20, 'ms', 'audio in one message; the SDK sends 20'],
  'partials-per-second': [1.5, '/s', 'of one session, its pauses included'],
  'finals-per-minute': [10, '/min', 'of one session, its pauses included'],
  'session-minutes': [15, 'min', 'how long a session lasts'],
  'watched-share': [0.05, '', 'sessions that somebody watches at another server than their own'],
  watchers: [1, '', 'people who watch such a session'],
  'kept-share': [0, '', 'sessions whose audio is kept'],
  'core-use': [0.6, '', 'of a core that a server is to use, so that there is room for those of one that stops'],
  'node-memory': [1_024, 'MB', 'that a server is to use'],
  'header-bytes': [66, 'B', 'TCP, IP and TLS around a message'],
};
const costs = {
  'chunk-us': [100, 'us', 'CPU of a chunk, whatever its length: node bench/relay.mjs --chunk-ms 20, and 100'],
  'audio-us': [1_400, 'us/s', 'CPU of a second of audio beside it (resampling, base64): the same'],
  'final-us': [430, 'us', 'CPU of keeping a final, the gateway’s share: node bench/store.mjs'],
  'keep-us': [820, 'us/s', 'CPU of keeping a second of audio: node bench/keep-audio.mjs'],
  'keep-bytes': [27_400, 'B/s', 'of kept audio: node bench/keep-audio.mjs'],
  'session-kb': [700, 'kB', 'memory of a session: node bench/relay.mjs'],
  'idle-mb': [140, 'MB', 'memory of a server without sessions: node bench/relay.mjs'],
  'partial-bytes': [160, 'B', 'a partial to its client'],
  'final-bytes': [700, 'B', 'a final to its client, with the times of its words'],
  'redis-commands': [3, '', 'of Redis for a message watched at one other server: node bench/cluster-units.mjs redis'],
  'redis-partial-in': [753, 'B', 'into Redis for a partial: the same'],
  'redis-partial-out': [475, 'B', 'out of Redis for a partial: the same'],
  'redis-final-in': [1_375, 'B', 'into Redis for a final: the same'],
  'redis-final-out': [1_096, 'B', 'out of Redis for a final: the same'],
  'redis-message-us': [140, 'us', 'CPU of Redis for a message: the same'],
  'pg-transactions': [1, '', 'for a final, where hardly two fall together: node bench/cluster-units.mjs postgres'],
  'pg-log-bytes': [3_088, 'B', 'of PostgreSQL’s log for a final: the same'],
  'pg-table-bytes': [1_683, 'B', 'of tables and indexes for a final: the same'],
  'pg-final-us': [515, 'us', 'CPU of PostgreSQL for a final: the same'],
};

const defaults = { ...assumptions, ...costs };
const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    ...Object.fromEntries(
      Object.entries(defaults).map(([name, [value]]) => [name, { type: 'string', default: String(value) }]),
    ),
  },
});
const given = Object.fromEntries(
  Object.keys(defaults).map((name) => {
    const value = Number(values[name]);
    if (values[name] === '' || !(value >= 0)) throw new Error(`--${name} must be a number that is not below 0.`);
    return [name, value];
  }),
);
const { sessions } = given;

/** Bytes of audio a second, as it goes through the socket. */
const formats = {
  'PCM16, 24 kHz': 48_000,
  'PCM16, 16 kHz': 32_000,
  'µ-law, 8 kHz (telephone)': 8_000,
  'Opus, 32 kbit/s': 4_000,
};
/** OpenAI takes 24 kHz PCM16 as base64 in JSON; about 60 bytes of JSON around each. */
const upstreamRate = (48_000 * 4) / 3;
const upstreamJson = 60;

const chunksPerSecond = 1_000 / given['chunk-ms'];
const finalsPerSecond = given['finals-per-minute'] / 60;
const partialsPerSecond = given['partials-per-second'];

// One session.
const cpuUs =
  given['chunk-us'] * chunksPerSecond +
  given['audio-us'] +
  given['final-us'] * finalsPerSecond +
  given['keep-us'] * given['kept-share'];
const textRate =
  partialsPerSecond * (given['partial-bytes'] + given['header-bytes']) +
  finalsPerSecond * (given['final-bytes'] + given['header-bytes']);

// One server: one process, whose main thread is one core.
const byCpu = Math.floor((given['core-use'] * 1e6) / cpuUs);
const byMemory = Math.floor(((given['node-memory'] - given['idle-mb']) * 1_000) / given['session-kb']);
/** A server takes no more (docs/operations.md). */
const mostLive = 10_000;
const perNode = Math.max(1, Math.min(byCpu, byMemory, mostLive));
const nodes = Math.ceil(sessions / perNode);

// Redis: only what is watched elsewhere passes through it.
const watched = sessions * given['watched-share'];
const redis = {
  partials: watched * partialsPerSecond,
  finals: watched * finalsPerSecond,
};
const redisMessages = redis.partials + redis.finals;

// PostgreSQL: every final.
const finals = sessions * finalsPerSecond;
const starts = sessions / (given['session-minutes'] * 60);

const bits = (bytesPerSecond) => {
  const gigabits = (bytesPerSecond * 8) / 1e9;
  return gigabits >= 1 ? `${gigabits.toFixed(1)} Gbit/s` : `${(gigabits * 1_000).toFixed(1)} Mbit/s`;
};
const whole = (value) => Math.round(value).toLocaleString('en');
const perDay = (bytesPerSecond) => `${((bytesPerSecond * 86_400) / 1e12).toFixed(2)} TB/day`;

const audioIn = (rate) => rate + chunksPerSecond * given['header-bytes'];
const tables = {
  servers: {
    'CPU of a session': `${(cpuUs / 1_000).toFixed(2)} ms/s`,
    'sessions by CPU': whole(byCpu),
    'sessions by memory': whole(byMemory),
    'sessions on a server': whole(perNode),
    servers: whole(nodes),
    'and one zone of three that fails': whole(nodes * 1.5),
    'cores used': whole((sessions * cpuUs) / 1e6),
    memory: `${whole((nodes * given['idle-mb'] + (sessions * given['session-kb']) / 1_000) / 1_000)} GB`,
  },
  redis: {
    'messages watched elsewhere': `${whole(redisMessages)}/s`,
    commands: `${whole(redisMessages * given['redis-commands'])}/s`,
    in: bits(redis.partials * given['redis-partial-in'] + redis.finals * given['redis-final-in']),
    out: bits(redis.partials * given['redis-partial-out'] + redis.finals * given['redis-final-out']),
    'cores used': ((redisMessages * given['redis-message-us']) / 1e6).toFixed(2),
  },
  postgres: {
    finals: `${whole(finals)}/s`,
    'sessions begun and ended': `${whole(2 * starts)}/s`,
    transactions: `${whole(finals * given['pg-transactions'] + 2 * starts)}/s`,
    log: `${((finals * given['pg-log-bytes']) / 1e6).toFixed(0)} MB/s`,
    'tables grow by': perDay(finals * given['pg-table-bytes']),
    'cores used': ((finals * given['pg-final-us']) / 1e6).toFixed(1),
    'connections, 8 a server': whole(nodes * 8),
  },
  bandwidth: {
    ...Object.fromEntries(
      Object.entries(formats).map(([name, rate]) => [`in: ${name}`, bits(sessions * audioIn(rate))]),
    ),
    'out: partials and finals': bits(sessions * textRate),
    'out: to those who watch': bits(watched * given.watchers * textRate),
    'out: to OpenAI': bits(sessions * (upstreamRate + chunksPerSecond * (upstreamJson + given['header-bytes']))),
    'audio kept': perDay(sessions * given['kept-share'] * given['keep-bytes']),
  },
};

if (values.json) console.log(JSON.stringify({ given, tables }, undefined, 2));
else {
  const listed = (rows) =>
    Object.fromEntries(
      Object.entries(rows).map(([name, [, unit, what]]) => [
        `--${name}`,
        { value: given[name], unit, 'what, and how it is measured': what },
      ]),
    );
  console.log('Assumed');
  console.table(listed(assumptions));
  console.log('Measured');
  console.table(listed(costs));
  for (const [name, rows] of Object.entries(tables)) {
    console.log(`\n${name}, for ${whole(sessions)} live sessions`);
    console.table(Object.fromEntries(Object.entries(rows).map(([what, value]) => [what, { value }])));
  }
}
