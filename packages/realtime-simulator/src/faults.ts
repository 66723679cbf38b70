import type { ApiFault } from './api-fault.ts';
import { Deferred } from './deferred.ts';

/** When on a connection something goes wrong; positions are looked at after each event, so never within one. */
export type Moment =
  /** Before anything has been said. */
  | 'opened'
  /** After `session.created`. */
  | 'created'
  /** Once this many samples of the connection have been taken. */
  | { readonly samples: number }
  /** After the n-th `speech_started` of the connection, from 0: in the middle of an utterance. */
  | { readonly speechStarted: number };

export interface HttpAnswer {
  readonly status: number;
  /** JSON of the service's own form, HTML, anything. */
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Scope {
  /**
   * Only on this connection, counted from 0; a request counts to the connection that is opened next. On whichever meets it
   * first when absent.
   */
  readonly connection?: number;
  /** How often it happens; once when absent. */
  readonly times?: number;
}

/** What tests can order to go wrong. Items are counted from 0 on each connection, in the order of their commits. */
export type SimulatorFault = Scope &
  (
    | ({ readonly kind: 'refuse_secret' } & HttpAnswer)
    /** Takes the request and never answers. */
    | { readonly kind: 'stall_secret' }
    /** Mints a secret that has expired already. */
    | { readonly kind: 'expired_secret' }
    /** Of the list of models. */
    | ({ readonly kind: 'refuse_models' } & HttpAnswer)
    | { readonly kind: 'stall_models' }
    /** Of a file's text. */
    | ({ readonly kind: 'refuse_transcription' } & HttpAnswer)
    | { readonly kind: 'stall_transcription' }
    | ({ readonly kind: 'refuse_upgrade' } & HttpAnswer)
    | { readonly kind: 'stall_upgrade' }
    /** Says nothing from then on, while it goes on reading. */
    | { readonly kind: 'stall'; readonly at: Moment }
    /** Answers no ping from then on. */
    | { readonly kind: 'ignore_pings'; readonly at: Moment }
    /** Reads nothing from then on, until `until` resolves. */
    | { readonly kind: 'stop_reading'; readonly at: Moment; readonly until: Promise<unknown> }
    /** Any text as a message: an unknown event, invalid JSON, something huge. */
    | { readonly kind: 'send'; readonly at: Moment; readonly text: string }
    | { readonly kind: 'send_error'; readonly at: Moment; readonly error: ApiFault; readonly close?: number }
    /** An `error` with code `session_expired`, then a close. */
    | { readonly kind: 'expire_session'; readonly at: Moment }
    | { readonly kind: 'close'; readonly at: Moment; readonly code: number; readonly reason?: string }
    /** The connection dies without a close frame. */
    | { readonly kind: 'drop'; readonly at: Moment }
    /** Answers every `session.update` with this error instead of `session.updated`. */
    | { readonly kind: 'refuse_update'; readonly error: ApiFault }
    | { readonly kind: 'refuse_commit'; readonly error: ApiFault }
    | {
        readonly kind: 'fail_item';
        readonly item: number;
        readonly error: Omit<ApiFault, 'code' | 'param'> & { code?: string };
      }
    /** The item's text, or only the end of it, waits. Others overtake it. */
    | {
        readonly kind: 'hold_item';
        readonly item: number;
        readonly part: 'text' | 'completion';
        readonly until: Promise<unknown>;
      }
    /** Completes `item` only after `after`: out of order when `after` is the later one. */
    | { readonly kind: 'complete_after'; readonly item: number; readonly after: number }
  );

type Kind = SimulatorFault['kind'];
export type FaultOf<K extends Kind> = Extract<SimulatorFault, { kind: K }>;

/** The faults still to happen. */
export class Faults {
  #left: { readonly fault: SimulatorFault; times: number }[] = [];
  readonly #happened = new Map<Kind, Deferred<void>>();

  constructor(faults: readonly SimulatorFault[]) {
    for (const fault of faults) this.add(fault);
  }

  add(fault: SimulatorFault): void {
    this.#left.push({ fault, times: fault.times ?? 1 });
  }

  /** The first of this kind that is due, which has then happened once more. */
  take<K extends Kind>(
    kind: K,
    connection: number,
    isDue: (fault: FaultOf<K>) => boolean = () => true,
  ): FaultOf<K> | undefined {
    for (const entry of this.#left) {
      const { fault } = entry;
      if (!isOfKind(fault, kind) || !isDue(fault)) continue;
      if (fault.connection !== undefined && fault.connection !== connection) continue;
      entry.times -= 1;
      this.#left = this.#left.filter(({ times }) => times > 0);
      this.#ofKind(kind).resolve();
      return fault;
    }
    return undefined;
  }

  /** Resolves when a fault of this kind has happened for the first time. */
  happened(kind: Kind): Promise<void> {
    return this.#ofKind(kind).promise;
  }

  #ofKind(kind: Kind): Deferred<void> {
    const known = this.#happened.get(kind) ?? new Deferred<void>();
    this.#happened.set(kind, known);
    return known;
  }
}

const isOfKind = <K extends Kind>(fault: SimulatorFault, kind: K): fault is FaultOf<K> => fault.kind === kind;
