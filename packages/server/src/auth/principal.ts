import { ClientError } from '@live-transcribe/core';
import { allScopes, type Scope } from './scopes.ts';

/** Somebody who has been let in, and what they may do. */
export interface Principal {
  /** Whose use it is, for limits and for the log: a key's name, a token's subject. Never a secret. */
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Whether limits per key apply. */
  readonly limited: boolean;
  /** Whose sessions it begins, and whose alone it may come back to; its own, and anybody's, when `undefined`. */
  readonly owner?: string;
  /** The one session that it is for. */
  readonly session?: string;
  /** ISO 639-1; `auto` stands for a language that the engine decides. */
  readonly languages?: readonly string[];
  readonly models?: readonly string[];
  /** How long a session may last, from its start. */
  readonly maxSessionSeconds?: number;
  /** Set for a token that begins one session: its id, and until when it could be used, in seconds since 1970. */
  readonly once?: { readonly id: string; readonly until: number };
}

const everything: ReadonlySet<Scope> = new Set(allScopes);

/** Somebody who may do everything. */
export const unrestricted = (name: string, limited: boolean): Principal => ({ name, scopes: everything, limited });

export const mayOneOf = ({ scopes }: Principal, needed: readonly Scope[]): boolean =>
  needed.some((scope) => scopes.has(scope));

/** Throws `forbidden` unless it has one of the scopes. */
export function requireScope(principal: Principal, needed: readonly Scope[]): void {
  if (mayOneOf(principal, needed)) return;
  throw new ClientError('forbidden', `This needs the scope ${needed.join(' or ')}, which this token does not have.`);
}
