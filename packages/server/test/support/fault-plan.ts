import type { SimulatorFault } from '@live-transcribe/realtime-simulator';
import type { SpokenRecording } from './fault-recording.ts';
import type { Route } from './fault-routes.ts';

/** What goes wrong in one run. */
export interface FaultPlan {
  readonly faults?: readonly SimulatorFault[];
  /** Of the first openings, one after the other; later ones are good. */
  readonly routes?: readonly Route[];
  /** How long the service says that a session lasts, in s of audio. */
  readonly sessionSeconds?: number;
  /** Audio comes at the pace of the clock; as fast as it is taken when absent. */
  readonly live?: boolean;
}

/** What a plan is drawn from. */
export interface Draw {
  readonly random: () => number;
  readonly recording: SpokenRecording;
  /** Resolves when nothing else happens any more. */
  readonly hold: () => Promise<void>;
}

const upTo = (random: () => number, most: number) => Math.floor(random() * most);
const either = <T>(random: () => number, ...choices: readonly [T, ...T[]]): T =>
  choices[upTo(random, choices.length)] ?? choices[0];

const anywhere = ({ random, recording }: Draw) => ({ samples: upTo(random, recording.samples.length) });

const midUtterance = ({ random, recording }: Draw) => {
  const { from, to } = either(random, recording.utterances[0] ?? { from: 0, to: 1 }, ...recording.utterances);
  return { samples: from + upTo(random, to - from) };
};

const anItem = ({ random, recording }: Draw) => upTo(random, Math.max(1, recording.utterances.length - 1));

const answer = (status: number, code: string | null, headers: Readonly<Record<string, string>> = {}) => ({
  status,
  headers,
  body: JSON.stringify({ error: { type: 'some_error', code, message: 'It was ordered here.', param: null } }),
});

const error = (code: string) => ({ type: 'some_error', code, message: 'It was ordered here.', param: null });

/** The session gives up after three openings that fail at first, and after eight later. */
const refusals = ({ random }: Draw, most: number) => 1 + upTo(random, most);

const refusal = (draw: Draw, times: number): SimulatorFault => {
  const kind = either(draw.random, 'refuse_secret' as const, 'refuse_upgrade' as const);
  return { kind, times, ...answer(either(draw.random, 500, 502, 503), null) };
};

const dropped = (draw: Draw): SimulatorFault => ({ kind: 'drop', at: anywhere(draw) });

/** Those that do not open, at the beginning or after a loss. */
function unreached(draw: Draw, route: Route): FaultPlan {
  if (draw.random() < 0.5) return { routes: Array.from({ length: refusals(draw, 3) }, () => route) };
  const routes: Route[] = ['good', ...Array.from({ length: refusals(draw, 6) }, () => route)];
  return { routes, faults: [{ ...dropped(draw), connection: 0 }] };
}

/** Every fault after which the client has lost nothing. */
export const faultPlans = {
  none: (): FaultPlan => ({}),
  'dropped, several times': (draw) => ({
    faults: Array.from({ length: 3 }, (_, connection) => ({ ...dropped(draw), connection })),
  }),
  'dropped mid-utterance': (draw) => ({ faults: [{ kind: 'drop', at: midUtterance(draw) }] }),
  'closed by the service': (draw) => ({ faults: [{ kind: 'close', at: anywhere(draw), code: 1_011, reason: 'Oops' }] }),
  'refused at first': (draw) => ({ faults: [refusal(draw, refusals(draw, 3))] }),
  'refused after a loss': (draw) => ({
    // A refusal of a secret would also meet the first opening.
    faults: [
      { ...dropped(draw), connection: 0 },
      { kind: 'refuse_upgrade', connection: 1, times: refusals(draw, 6), ...answer(503, null) },
    ],
  }),
  'nobody listens': (draw) => unreached(draw, 'refused'),
  'no such name': (draw) => unreached(draw, 'no name'),
  'no TLS': (draw) => unreached(draw, 'no TLS'),
  'stalled, answering pings': (draw) => ({
    live: draw.random() < 0.5,
    faults: [{ kind: 'stall', at: anywhere(draw), connection: 0 }],
  }),
  'stalled, answering nothing': (draw) => {
    const at = anywhere(draw);
    return {
      live: draw.random() < 0.5,
      faults: [
        { kind: 'stall', at, connection: 0 },
        { kind: 'ignore_pings', at, connection: 0 },
      ],
    };
  },
  'stalled before it opened': (draw) => ({
    faults: [
      { kind: either(draw.random, 'stall_secret' as const, 'stall_upgrade' as const), times: refusals(draw, 2) },
    ],
  }),
  'expired without a warning': (draw) => ({ faults: [{ kind: 'expire_session', at: anywhere(draw) }] }),
  'near its maximum duration': (draw) => ({ live: true, sessionSeconds: 10 + upTo(draw.random, 20) }),
  'fatal error event': (draw) => ({
    faults: [
      {
        kind: 'send_error',
        at: midUtterance(draw),
        error: error(either(draw.random, 'rate_limit_exceeded', 'session_expired')),
        ...(draw.random() < 0.5 && { close: 1_008 }),
      },
    ],
  }),
  'harmless error event': (draw) => ({
    faults: [{ kind: 'send_error', at: anywhere(draw), error: error('server_error'), times: 3 }],
  }),
  'item failed': (draw) => ({
    faults: [
      { kind: 'fail_item', item: anItem(draw), error: error('audio_unintelligible') },
      { kind: 'fail_item', item: 1 + anItem(draw), error: error('audio_unintelligible') },
    ],
  }),
  'items out of order': (draw) => {
    const item = anItem(draw);
    return {
      faults: [
        { kind: 'complete_after', item, after: item + 1 },
        { kind: 'hold_item', item: anItem(draw), part: either(draw.random, 'text', 'completion'), until: draw.hold() },
      ],
    };
  },
  'out of order, then dropped': (draw) => {
    const held = { kind: 'hold_item', item: anItem(draw), part: 'completion', until: draw.hold() } as const;
    return { faults: [held, dropped(draw)] };
  },
  'reading slowly': (draw) => ({
    faults: [
      { kind: 'stop_reading', at: anywhere(draw), until: draw.hold(), connection: 0 },
      { kind: 'stop_reading', at: anywhere(draw), until: draw.hold() },
    ],
  }),
  'reading no more': (draw) => ({
    live: draw.random() < 0.5,
    faults: [{ kind: 'stop_reading', at: anywhere(draw), until: new Promise<void>(() => undefined), connection: 0 }],
  }),
  'secret refused once': (draw) => ({ faults: [{ kind: 'refuse_secret', ...answer(500, null) }, dropped(draw)] }),
  'rate limited': (draw) => {
    const headers = { 'retry-after': String(1 + upTo(draw.random, 4)) };
    const limit = answer(429, 'rate_limit_exceeded', headers);
    return { faults: [{ kind: 'refuse_upgrade', times: refusals(draw, 2), ...limit }, dropped(draw)] };
  },
} satisfies Record<string, (draw: Draw) => FaultPlan>;

export type FaultName = keyof typeof faultPlans;

/** In recordings longer than what a session keeps: what would be lost if the service were given all that it takes. */
export const longPlans = {
  'deaf, while it answers pings': ({ random }) => ({
    live: true,
    faults: [{ kind: 'stall', at: { samples: 240_000 + upTo(random, 480_000) }, connection: 0 }],
  }),
  'reading no more, then gone': ({ random }) => ({
    faults: [
      { kind: 'stop_reading', at: { samples: upTo(random, 240_000) }, until: new Promise<void>(() => undefined) },
    ],
  }),
  'owing one text, then gone': ({ random, hold }) => ({
    faults: [
      { kind: 'hold_item', item: upTo(random, 3), part: 'completion', until: hold() },
      { kind: 'drop', at: { samples: 1_900_000 + upTo(random, 1_000_000) }, connection: 0 },
    ],
  }),
} satisfies Record<string, (draw: Draw) => FaultPlan>;

/** One of two utterances that fail cannot be had by another way either. */
export const unheardPlan = (draw: Draw): FaultPlan => {
  const item = anItem(draw);
  const failed = { kind: 'fail_item', error: error('audio_unintelligible') } as const;
  return {
    faults: [
      { ...failed, item },
      { ...failed, item: item + 1 },
      { kind: 'refuse_transcription', ...answer(either(draw.random, 400, 500), null) },
    ],
  };
};

/** What no further try would change. */
export const hopelessPlan = (draw: Draw): FaultPlan => ({
  faults: [
    { ...dropped(draw), connection: 0 },
    { kind: 'refuse_secret', connection: 1, ...answer(401, 'invalid_api_key') },
  ],
});

const nothing = (_draw: Draw): FaultPlan => ({});

/** Several of them at once. */
export function mixedPlan(draw: Draw): FaultPlan {
  const makers: readonly ((draw: Draw) => FaultPlan)[] = [
    faultPlans['dropped, several times'],
    faultPlans['refused after a loss'],
    faultPlans['item failed'],
    faultPlans['items out of order'],
    faultPlans['fatal error event'],
    faultPlans['expired without a warning'],
    faultPlans['reading slowly'],
    faultPlans['near its maximum duration'],
    faultPlans['stalled, answering pings'],
  ];
  const plans = Array.from({ length: 3 }, () => either(draw.random, nothing, ...makers)(draw));
  const sessionSeconds = plans.find((plan) => plan.sessionSeconds !== undefined)?.sessionSeconds;
  return {
    faults: plans.flatMap((plan) => plan.faults ?? []),
    live: plans.some((plan) => plan.live),
    ...(sessionSeconds !== undefined && { sessionSeconds }),
  };
}
