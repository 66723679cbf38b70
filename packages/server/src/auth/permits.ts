import { ClientError, type ResumeRequest, type SessionRequest } from '@live-transcribe/core';
import { type Principal, requireScope } from './principal.ts';
import type { SessionOwners } from './session-owner.ts';

/** Throws `forbidden` unless `principal` may begin such a session. */
export function permitStart(principal: Principal, { language = 'auto', model }: SessionRequest): void {
  requireScope(principal, ['transcribe']);
  const { session, languages, models } = principal;
  if (session !== undefined) throw new ClientError('forbidden', `This token is for the session ${session} alone.`);
  if (languages && !languages.includes(language)) {
    throw new ClientError('forbidden', `This token is for the languages ${languages.join(', ')}, not ${language}.`);
  }
  if (models && !models.includes(model)) {
    throw new ClientError('forbidden', `This token is for the models ${models.join(', ')}, not ${model}.`);
  }
}

/** Throws `forbidden` unless `principal` may come back to a session. */
export function permitResume(principal: Principal, { session: id }: ResumeRequest, owners: SessionOwners): void {
  requireScope(principal, ['transcribe']);
  const { session, owner } = principal;
  if (session !== undefined && session !== id) {
    throw new ClientError('forbidden', `This token is for the session ${session} alone.`);
  }
  // A token for one session was made by somebody who may give that session away.
  if (session === undefined && owner !== undefined && !owners.isOf(id, owner)) {
    throw new ClientError('forbidden', 'This session was begun by somebody else.');
  }
}
