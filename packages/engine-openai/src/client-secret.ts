import type { ClientSecretCreateParams, ClientSecretCreateResponse } from 'openai/resources/realtime/client-secrets';
import type { RealtimeTranscriptionSessionCreateRequest } from 'openai/resources/realtime/realtime';
import { z } from 'zod';
import { httpFault, parseJson, readBody } from './http-fault.ts';
import type { Redact } from './redact.ts';
import { engineError, unreachable } from './upstream-fault.ts';

/** It opens one session at once and is then of no more use. */
const lifetimeSeconds = 60;

/** What a header can carry. */
const response = z.object({ value: z.string().regex(/^[\x21-\x7e]+$/) });
/** The compiler checks that the vendor promises what is read here. */
type Promised<Demanded, Vendor extends Demanded> = Vendor;
export type ClientSecretResponse = Promised<z.input<typeof response>, ClientSecretCreateResponse>;

export interface ClientSecretOptions {
  readonly url: URL;
  readonly apiKey: string;
  readonly session: RealtimeTranscriptionSessionCreateRequest;
  readonly signal: AbortSignal;
  readonly redact: Redact;
}

/** Mints an ephemeral secret that opens a session. Throws `EngineError`. */
export async function mintClientSecret(options: ClientSecretOptions): Promise<string> {
  const { redact } = options;
  const { status, contentType, body } = await post(options).catch((thrown: unknown) => {
    throw unreachable(thrown, redact);
  });
  if (status !== 200) throw engineError(httpFault(status, body), redact);
  const parsed = response.safeParse(parseJson(body));
  // Whoever answers 200 with anything else is another server: a portal's page, a proxy. Its text may hold a secret of a
  // form that nobody here would know for one.
  if (!parsed.success) throw engineError({ status, message: `A ${contentType}, but no client secret.` }, redact);
  return parsed.data.value;
}

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

async function post({ url, apiKey, session, signal }: ClientSecretOptions): Promise<Answer> {
  const params: ClientSecretCreateParams = {
    expires_after: { anchor: 'created_at', seconds: lifetimeSeconds },
    session,
  };
  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(params),
    // The key goes to the address it was configured for and to no other.
    redirect: 'manual',
    signal,
  });
  const contentType = answer.headers.get('content-type') ?? 'body of no type';
  return { status: answer.status, contentType, body: answer.body ? await readBody(answer.body) : '' };
}
