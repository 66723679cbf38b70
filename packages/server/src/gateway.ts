import type { AddressInfo } from 'node:net';
import { FfmpegCodecs } from '@live-transcribe/codec-ffmpeg';
import { type Clock, systemClock } from '@live-transcribe/core';
import { plainProtocol, transcriptionsProtocol } from '@live-transcribe/protocols';
import type { Config } from './config/settings.ts';
import type { EngineChoice } from './engines.ts';
import { createApp } from './http/app.ts';
import type { Log } from './observe/log.ts';
import { createRings } from './observe/rings.ts';
import { Sockets } from './sockets.ts';

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
  /** Where `FFMPEG_PATH` is looked for, as in `PATH`. */
  readonly searchPath?: string;
}

export interface Gateway {
  /** For a browser on this machine, without a path. */
  readonly address: string;
  readonly port: number;
  /** Finalises what has been said, within a bound, and ends everything the gateway owns, its engine included. */
  close(): Promise<void>;
}

const heartbeatMs = 30_000;
const idleMs = 5 * 60_000;
/** Container platforms kill what has not stopped after 30 s, and some after 10. */
const drainMs = 8_000;

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, choice, log } = options;
  const { engine, models, plainLanguage } = choice;
  const rings = createRings(config.ringSize);
  const ffmpeg = openFfmpeg(options);
  const app = await createApp({ ...options, rings });
  const sockets = new Sockets(app.server, {
    protocols: [
      transcriptionsProtocol({ model: models.transcriptions }),
      plainProtocol({ model: models.plain, language: plainLanguage, sampleRate: config.sampleRate }),
    ],
    engine,
    clock: options.clock ?? systemClock,
    log,
    rings,
    openAac: (aac) => ffmpeg.openAac(aac),
    heartbeatMs: options.heartbeatMs ?? heartbeatMs,
    idleMs: options.idleMs ?? idleMs,
  });
  await app.listen({ host: config.host, port: config.port });
  const { port } = app.server.address() as AddressInfo;
  return {
    port,
    address: `http://${reachableHost(config.host)}:${port}`,
    close: async () => {
      await sockets.drain(drainMs);
      await app.close();
      await ffmpeg.close();
      await engine.close();
    },
  };
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
