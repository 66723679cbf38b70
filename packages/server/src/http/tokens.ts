import { ClientError } from '@live-transcribe/core';
import { z } from 'zod';
import { principalOf } from '../auth/guard.ts';
import type { Grant, MintedTokens } from '../auth/minted-tokens.ts';
import type { Principal } from '../auth/principal.ts';
import { allScopes } from '../auth/scopes.ts';
import { language } from './query.ts';
import { errorAnswer, type Routes } from './route.ts';

const day = 86_400;
const most = 20;

const seconds = (fewest: number) => {
  const error = `must be a whole number of seconds from ${fewest} to ${day}`;
  return z.int({ error }).min(fewest, { error }).max(day, { error });
};

/** One that could make tokens would outlive its own end. */
const grantable = allScopes.filter((scope) => scope !== 'tokens');

const notAList = `must be a list of 1 to ${most}`;
const listOf = <Item extends z.ZodType>(item: Item) =>
  z.array(item, { error: notAList }).min(1, { error: notAList }).max(most, { error: notAList });
const nameOf = (longest: number) => {
  const error = `must be a text of 1 to ${longest} characters`;
  return z.string({ error }).min(1, { error }).max(longest, { error });
};
const allowed = z.enum(grantable, { error: `must be of ${grantable.join(', ')}` });
const code = z.union([z.literal('auto'), language], { error: 'must be language codes such as "en", or "auto"' });

/** Strict: a restriction that is misspelt would restrict nothing. */
const body = z
  .strictObject({
    scopes: listOf(allowed).default(['transcribe']).describe('What it lets do.'),
    expires_in: seconds(1).default(300).describe('Seconds until it opens no more connections.'),
    subject: nameOf(100).optional().describe('Whose it is: nobody else comes back to their sessions.'),
    single_use: z.boolean({ error: 'must be true or false' }).default(false).describe('Whether it begins one session.'),
    max_session_seconds: seconds(1).optional().describe('How long a session may last, from its start.'),
    languages: listOf(code).optional().describe('The languages a session may ask for.'),
    models: listOf(nameOf(100)).optional().describe('The models a session may ask for.'),
    session_id: z
      .uuid({ error: 'must be the id of a session' })
      .toLowerCase()
      .optional()
      .describe('The one session that it is for.'),
  })
  .meta({ id: 'TokenRequest' });

const answer = z
  .object({
    token: z.string().describe('As "Authorization: Bearer …", as the sub-protocol "token.…", or as ?token=.'),
    expires_at: z.iso.datetime(),
  })
  .meta({ id: 'Token' });

/** `POST /v1/tokens`. */
export function addTokenRoute(routes: Routes, minted: MintedTokens): void {
  routes.add(
    {
      method: 'POST',
      path: '/v1/tokens',
      says: 'Makes a short-lived token for a browser, bound to what it may do.',
      access: ['tokens'],
      body,
      answers: {
        200: { says: 'The token; it is kept nowhere.', json: answer },
        422: { says: 'A member has a value that is not allowed.', json: errorAnswer },
      },
    },
    async ({ body: asked, request }) => {
      const minter = principalOf(request);
      const { token, expires } = await minted.mint(grantOf(asked, minter), minter);
      return { token, expires_at: new Date(expires * 1000).toISOString() };
    },
  );
}

/** Throws `forbidden`. */
function grantOf(asked: z.output<typeof body>, minter: Principal): Grant {
  const missing = asked.scopes.find((scope) => !minter.scopes.has(scope));
  if (missing !== undefined) {
    throw new ClientError('forbidden', `The scope ${missing} cannot be given by somebody who does not have it.`);
  }
  const { subject, languages, models, session_id: session, max_session_seconds: maxSessionSeconds } = asked;
  return {
    scopes: asked.scopes,
    expiresInSeconds: asked.expires_in,
    once: asked.single_use,
    ...(subject !== undefined && { subject }),
    ...(session !== undefined && { session }),
    ...(languages && { languages }),
    ...(models && { models }),
    ...(maxSessionSeconds !== undefined && { maxSessionSeconds }),
  };
}
