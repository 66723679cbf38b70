import type { AddressInfo } from 'node:net';
import type { OpenAac } from '@live-transcribe/audio';
import { FfmpegCodecs } from '@live-transcribe/codec-ffmpeg';
import { type Clock, type EventBus, type SessionStore, systemClock, withTimeLimit } from '@live-transcribe/core';
import { plainProtocol, transcriptionsProtocol } from '@live-transcribe/protocols';
import type { FastifyInstance } from 'fastify';
import type { AccessMode } from './auth/access.ts';
import { openGuards } from './auth/open-guards.ts';
import { answerCalls } from './bus/answer-calls.ts';
import { openBus, openCounters } from './bus/open-bus.ts';
import type { Config } from './config/settings.ts';
import type { EngineChoice } from './engines.ts';
import { FileTranscriptions } from './files/file-transcriptions.ts';
import { createApp } from './http/app.ts';
import { Watchers } from './http/watch.ts';
import { Admissions } from './limits/admissions.ts';
import { heartbeatTicks, LiveSessions } from './live/live-sessions.ts';
import type { Log } from './observe/log.ts';
import { Metrics } from './observe/metrics.ts';
import { observeStore } from './observe/observed-store.ts';
import { openTracing } from './observe/open-tracing.ts';
import { createRings } from './observe/rings.ts';
import { openRecordings } from './recordings/open-recordings.ts';
import { Sockets } from './sockets.ts';
import { LateStore } from './store/late-store.ts';
import { LeftBehind, openSpill } from './store/left-behind.ts';
import { openStore } from './store/open-store.ts';
import { Sweep } from './store/sweep.ts';

export interface GatewayOptions {
  readonly config: Config;
  readonly choice: EngineChoice;
  readonly log: Log;
  /** The folder of the built page. */
  readonly pageFolder: string;
  readonly version: string;
  /** The system's, unless a test brings its own. */
  readonly clock?: Clock;
  readonly heartbeatMs?: number;
  readonly idleMs?: number;
  readonly tickMs?: number;
  readonly comingBackMs?: number;
  /** The store that the configuration names, unless a test brings its own; it is closed with the gateway. */
  readonly openStore?: () => Promise<SessionStore>;
  /** The bus that the configuration names, unless a test brings its own; it is closed with the gateway. */
  readonly openBus?: () => Promise<EventBus>;
  /** Where `FFMPEG_PATH` is looked for, as in `PATH`. */
  readonly searchPath?: string;
}

export interface Gateway {
  /** For a browser on this machine, without a path. */
  readonly address: string;
  readonly port: number;
  readonly access: AccessMode;
  /** Finalises what has been said, within a bound, and ends everything the gateway owns, its engine included. */
  close(): Promise<void>;
}

const heartbeatMs = 30_000;
const tickMs = 1_000;
/** Those who watch wait at least so long for a speaker whose server has stopped: starting it again takes its time. */
const leastComingBackMs = 60_000;
/** Container platforms kill what has not stopped after 30 s, and some after 10. */
const drainMs = 8_000;
/** What was asked before it stopped is answered within this time. */
const answerMs = 500;

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, choice, log, clock = systemClock } = options;
  const { engine, models, plainLanguage } = choice;
  const guards = await openGuards(config, log);
  const rings = createRings(config.ringSize);
  const tracing = await openTracing(config, options.version, log);
  const metrics = new Metrics({ version: options.version, engine: engine.id, tracing, log });
  const ffmpeg = openFfmpeg(options);
  const bus = await (options.openBus?.() ?? openBus(config, log));
  const open = options.openStore ?? (() => openStore(config));
  const store = observeStore(await LateStore.open({ open, clock, random: Math.random, log }), metrics, log);
  const resumeMs = config.resumeSeconds * 1000;
  const recordings = openRecordings(config, clock, log);
  const spill = await openSpill(config, log);
  const lives = new LiveSessions({
    ...{ engine, store, spill, bus, clock, rings, metrics, recordings, resumeMs },
    logTranscripts: config.logTranscripts,
    random: Math.random,
    tickMs: options.tickMs ?? tickMs,
  });
  // It ends with the bus.
  void answerCalls({ bus, lives, log });
  const counters = openCounters(config, systemClock);
  const admissions = new Admissions({ counters, limits: config, log });
  const watchers = new Watchers();
  const openAac: OpenAac = (aac) => ffmpeg.openAac(aac);
  const files = new FileTranscriptions({
    ...{ engine, openAac, clock, log, rings, metrics, model: models.transcriptions, door: guards.door, admissions },
    mostFiles: config.mostFiles,
    mostBytes: config.fileMegabytes * 2 ** 20,
  });
  const { comingBackMs = Math.max(resumeMs, leastComingBackMs) } = options;
  const app = await createApp({
    ...options,
    rings,
    metrics,
    store,
    lives,
    bus,
    clock,
    watchers,
    files,
    comingBackMs,
    recordings,
    stopping: () => sockets.stopping,
    ...guards,
  });
  const sockets = new Sockets(app.server, {
    protocols: [
      transcriptionsProtocol({
        model: models.transcriptions,
        resumeSeconds: config.resumeSeconds,
        heartbeatSeconds: (heartbeatTicks * tickMs) / 1000,
      }),
      plainProtocol({ model: models.plain, language: plainLanguage, sampleRate: config.sampleRate }),
    ],
    ...{ engine, lives, store, clock, log, rings, metrics, ...guards },
    openAac,
    admissions,
    limits: config,
    heartbeatMs: options.heartbeatMs ?? heartbeatMs,
    idleMs: options.idleMs ?? config.idleSeconds * 1000,
  });
  metrics.read({
    connections: () => sockets.open,
    heldSessions: () => lives.held,
    outboxEvents: () => lives.waitingEvents,
    watchers: () => watchers.count,
  });
  const sweep = new Sweep({ store, recordings, clock, log, isLive: (id) => lives.find(id) !== undefined, ...config });
  const leftBehind = new LeftBehind({ config, store, clock, log });
  const close = async () => {
    await sockets.drain(drainMs);
    watchers.end();
    await bus.close();
    await closeApp(app);
    await counters.close();
    await ffmpeg.close();
    await engine.close();
    await sweep.end();
    await recordings.close();
    await leftBehind.end();
    await spill?.close();
    await store.close();
    await tracing?.close();
  };
  try {
    await app.listen({ host: config.host, port: config.port });
  } catch (thrown) {
    await close();
    throw thrown;
  }
  const { port } = app.server.address() as AddressInfo;
  return { port, access: guards.access.mode, address: `http://${reachableHost(config.host)}:${port}`, close };
}

/** Browsers open connections beforehand, which an HTTP server takes for busy until they have sent something. */
async function closeApp(app: FastifyInstance): Promise<void> {
  const onLate = () => app.server.closeAllConnections();
  await withTimeLimit({ ms: answerMs, clock: systemClock, onLate }, () => app.close());
}

function openFfmpeg({ config, searchPath, log }: GatewayOptions): FfmpegCodecs {
  const ffmpeg = new FfmpegCodecs({
    path: config.ffmpegPath,
    maxProcesses: config.ffmpegProcesses,
    ...(searchPath !== undefined && { searchPath }),
  });
  void ffmpeg.available().then((available) => {
    if (available || config.ffmpegProcesses === 0) return;
    log.info(`AAC cannot be decoded: there is no ${config.ffmpegPath}. All other formats need none.`);
  });
  return ffmpeg;
}

/** What a person on this machine types to reach a server that listens on `host`. */
function reachableHost(host: string): string {
  const everywhere = ['0.0.0.0', '::', '127.0.0.1', '::1'];
  if (everywhere.includes(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
