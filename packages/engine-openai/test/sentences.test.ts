import { readdirSync, readFileSync } from 'node:fs';
import { streamMs } from '@live-transcribe/audio';
import { ManualClock } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import { dialectNamed } from '../src/dialects.ts';
import type { DialectName } from '../src/index.ts';
import { type Service, serviceOf } from '../src/service.ts';
import { Turns } from '../src/turns.ts';
import { engineError, lost, openingError, unreachable, utteranceFailed } from '../src/upstream-fault.ts';
import { UpstreamWarnings } from '../src/upstream-warnings.ts';
import { type Seen, Watch } from '../src/watch.ts';
import { joined, silence, speech } from './support/audio.ts';
import { LoudDetector } from './support/loud-detector.ts';
import { collect, recognition, simulate, write } from './support/simulated.ts';

const names: Readonly<Record<DialectName, string>> = {
  openai: 'OpenAI',
  azure: 'Azure OpenAI',
  'azure-preview': 'Azure OpenAI',
  plain: 'the transcription server',
  beta: 'the transcription server',
};
const dialects: readonly DialectName[] = ['openai', 'azure', 'azure-preview', 'plain', 'beta'];

const fault = (code: string) => (service: Service) => engineError({ code }, service).message;

/** Of a service that answers pings, unless `seen` says otherwise. */
function watchFault(service: Service, seen: Partial<Seen>): string {
  const watch = new Watch(service.name, 0, 0);
  for (let now = 0; now < 120_000; now += 5_000) {
    const quiet = { messages: 2, signs: now, owed: undefined, unansweredSpeechMs: 0, isPaused: false };
    const found = watch.look(now, { ...quiet, ...seen });
    if (found && found !== 'ping') return found.message;
  }
  return 'Nothing was found.';
}

function warned(service: Service, warn: (warnings: UpstreamWarnings) => void): string | undefined {
  const messages: string[] = [];
  warn(new UpstreamWarnings((message) => messages.push(message), service));
  return messages.at(-1);
}

function givenUp(service: Service): string | undefined {
  const turns = new Turns(service);
  for (let item = 0; ; item += 1) {
    const committed = { type: 'input_audio_buffer.committed', item_id: `${item}` } as const;
    for (const event of turns.apply(committed, streamMs(item))) if (event.kind === 'failed') return event.error.message;
  }
}

/** What is said, and how; `…` stands for the service. */
const sentences: readonly (readonly [said: string, by: (service: Service) => string | undefined])[] = [
  ['The API key of this gateway was not accepted by ….', fault('invalid_api_key')],
  ['The API key of this gateway was not accepted by ….', (service) => engineError({ status: 401 }, service).message],
  ['The account of this gateway with … has no credit left.', fault('insufficient_quota')],
  ['The rate of requests is limited by …; try again in a moment.', fault('rate_limit_exceeded')],
  ['This model is not offered to this gateway by ….', fault('model_not_found')],
  ['The country or region that this gateway is in is not served by ….', fault('unsupported_country_region_territory')],
  [
    'The organisation of this gateway has to be verified with … before it may use this model.',
    (service) => engineError({ message: 'Your organization must be verified.' }, service).message,
  ],
  ['The session as it was asked for was refused by ….', fault('invalid_value')],
  [
    'The session was refused by … for the value of its member "prompt".',
    (service) => engineError({ param: 'session.prompt' }, service).message,
  ],
  ['The session with … reached its maximum duration.', fault('session_expired')],
  [
    'No connection to … could be made, or it has a fault of its own.',
    (service) => unreachable('No route.', service).message,
  ],
  ['The connection to … was lost.', (service) => lost(1006, '', service).message],
  ['This utterance could not be transcribed by ….', (service) => utteranceFailed({}, service).message],
  ['The text of this utterance never came from ….', givenUp],
  [
    'A client secret just minted by … was not accepted.',
    (service) => openingError({ status: 401 }, { ...service, mintsSecrets: true }).message,
  ],
  ['No answer to a ping came from … within 10 s.', (service) => watchFault(service, { signs: 2 })],
  ['No text of an utterance came from … within 30 s.', (service) => watchFault(service, { owed: 1 })],
  ['No word about speech came from … for 10 s.', (service) => watchFault(service, { unansweredSpeechMs: 9_000 })],
  [
    'An event of an unknown type came from …; it is ignored.',
    (service) => warned(service, (warnings) => warnings.unknown('sung')),
  ],
  [
    'A message that is not of the expected form came from …; it is ignored.',
    (service) => warned(service, (warnings) => warnings.malformed('x', 'y', 'z')),
  ],
  [
    'An error was reported by …; the session goes on.',
    (service) => warned(service, (warnings) => warnings.error({ message: 'Oops.' })),
  ],
  [
    'Messages of the same kind came from … again and were ignored.',
    (service) =>
      warned(service, (warnings) => {
        warnings.unknown('sung');
        warnings.unknown('sung');
        warnings.end();
      }),
  ],
];

describe.each(dialects)('what people read of a server of the dialect %s', (dialect) => {
  const worded = (sentence: string) => sentence.replace('…', names[dialect]);

  it.each(sentences)('%s', (said, by) => {
    expect(by(serviceOf(dialectNamed(dialect)))).toBe(worded(said));
  });

  it('names it where a session says it', async () => {
    const faults = [{ kind: 'stall_upgrade', connection: 1 }] as const;
    const clock = new ManualClock();
    const told: string[] = [];
    const { engine, open } = await simulate(
      { dialect, faults, sessionSeconds: 1_800 },
      {
        dialect,
        clock,
        connectTimeoutMs: 500,
        createDetector: () => new LoudDetector(),
        gateSilence: { afterMs: 500, preRollMs: 100 },
        debug: (message) => void told.push(message),
      },
    );
    const session = await open();
    const events = collect(session);
    await write(session, joined(speech(300), silence(5_000)));
    await clock.untilWaiting();
    clock.advance(1_800_000);
    await expect(open()).rejects.toThrow(worded('No answer came from … within 0.5 s.'));
    const file = engine.transcribe?.(new Int16Array(13_000_000), recognition, new AbortController().signal);
    await expect(file).rejects.toThrow(worded('At most 520 s of audio may be sent to … as one file.'));
    await session.finish();
    const rotations = (await events).flatMap((event) => (event.kind === 'rotate' ? [event.reason] : []));
    expect(rotations).toEqual([worded('The session with … is near its maximum duration.')]);
    expect(told).toEqual([worded('Silence was not sent to ….')]);
  });
});

it('is only ever named by its dialect', () => {
  const folder = new URL('../src/', import.meta.url);
  const lines = readdirSync(folder).flatMap((name) =>
    readFileSync(new URL(name, folder), 'utf8')
      .split('\n')
      .filter((line) => /\bOpenAI\b/.test(line) && !/^\s*(\*|\/[/*])/.test(line))
      .map((line) => `${name}: ${line.trim()}`),
  );
  expect(lines).toEqual(["dialects.ts: service: 'OpenAI',", expect.stringContaining("service: 'Azure OpenAI'")]);
});
