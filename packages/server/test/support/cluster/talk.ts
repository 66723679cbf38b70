import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fromIterable, LiveTranscription, type Segment, type TranscriptionEvent, watch } from '@live-transcribe/client';
import { rulerAudio } from '@live-transcribe/testkit';
import { WebSocket } from 'ws';

/** Hz, of the engine of the cluster: the ruler lasts 8 s. */
export const rate = 8_000;
export const length = 60_000;
/** In samples. */
const chunk = 1_600;

export interface TalkOptions {
  /** Of the load balancer. */
  readonly address: string;
  /** How fast is spoken, in samples per second of the wall clock: as people do, by default. */
  readonly pace?: number;
  /** From when on it need not be spoken slowly any more. */
  readonly hurry?: AbortSignal;
  /** Called when the session lives and is kept. */
  readonly onStarted?: () => void;
}

/** What a speaker and a watcher have seen of one session. */
export interface Talk {
  readonly id: string;
  readonly speaker: Seen;
  readonly watcher: Seen;
  /** The longest time in which the speaker heard of no final, in ms. */
  readonly longestSilenceMs: number;
}

export interface Seen {
  readonly segments: readonly Segment[];
  readonly events: readonly TranscriptionEvent[];
}

/** One session from its first word to its last, spoken and watched by way of the SDK. */
export async function talk({ address, pace = rate, hurry, onStarted }: TalkOptions): Promise<Talk> {
  const url = `${address}/v1/transcriptions`;
  const openSocket = (to: string, protocols: string[]) => new WebSocket(to, protocols);
  // All who talk in a test share it.
  if (hurry) setMaxListeners(0, hurry);
  async function* speak() {
    const began = performance.now();
    for (let at = 0; at < length; at += chunk) {
      const ahead = began + (at / pace) * 1000 - performance.now();
      if (ahead > 0 && !hurry?.aborted)
        await wait(ahead, undefined, { ...(hurry && { signal: hurry }) }).catch(() => {});
      yield new Uint8Array(rulerAudio(at, Math.min(chunk, length - at)).buffer as ArrayBuffer);
    }
  }
  const begin = async (tries: number) => {
    const live = new LiveTranscription({ url, openSocket });
    try {
      const { id } = await live.start(fromIterable(speak(), { encoding: 'pcm16', sampleRate: rate, live: true }));
      return { live, id };
    } catch (error) {
      // On a machine that is busy a server may not answer in time; who wants to begin tries again.
      if (tries === 0) throw error;
      return begin(tries - 1);
    }
  };
  const { live, id } = await begin(3);
  let [heardAt, longestSilenceMs] = [performance.now(), 0];
  const spoken = read(live, ({ kind }) => {
    if (kind !== 'final') return;
    longestSilenceMs = Math.max(longestSilenceMs, performance.now() - heardAt);
    heardAt = performance.now();
  });
  // Where the store is slow a client is told of its session before that is kept; what nobody has kept nobody can find.
  while (live.covered === 0 && live.state !== 'failed' && live.state !== 'ended') await wait(20);
  onStarted?.();
  const watched = watch({ url, session: id });
  const [told, seen] = await Promise.all([spoken, read(watched)]);
  return {
    id,
    speaker: { segments: live.segments, events: told },
    watcher: { segments: watched.segments, events: seen },
    longestSilenceMs,
  };
}

async function read(
  events: AsyncIterable<TranscriptionEvent>,
  told: (event: TranscriptionEvent) => void = () => undefined,
): Promise<TranscriptionEvent[]> {
  const all: TranscriptionEvent[] = [];
  for await (const event of events) {
    told(event);
    if (event.kind !== 'partial') all.push(event);
  }
  return all;
}

/** The stretches of the ruler that finals name, in the order in which they were told: `0-59999` when nothing is amiss. */
export function heard({ events }: Seen): string {
  const stretches: string[] = [];
  let next = 0;
  let segment = -1;
  for (const event of events) {
    if (event.kind === 'error') stretches.push(`error ${event.code}`);
    if (event.kind !== 'final') continue;
    if (event.segment <= segment) stretches.push(`segment ${event.segment} after ${segment}`);
    segment = event.segment;
    for (const stretch of event.text.split(' ')) {
      const [from = Number.NaN, to = Number.NaN] = stretch.split('-').map(Number);
      if (from !== next) stretches.push(`${stretch} instead of ${next}`);
      next = to + 1;
    }
  }
  if (events.at(-1)?.kind !== 'ended') stretches.push('no end');
  return [`0-${next - 1}`, ...stretches].join(', ');
}
