import type { ClientSecretCreateParams, ClientSecretCreateResponse } from 'openai/resources/realtime/client-secrets';
import type { RealtimeTranscriptionSessionCreateRequest } from 'openai/resources/realtime/realtime';
import { z } from 'zod';
import { httpFault, parseJson, post } from './http-fault.ts';
import type { Service } from './service.ts';
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
  readonly headers: Readonly<Record<string, string>>;
  readonly session: RealtimeTranscriptionSessionCreateRequest;
  readonly signal: AbortSignal;
  readonly service: Service;
}

/** Mints an ephemeral secret that opens a session. Throws `EngineError`. */
export async function mintClientSecret(options: ClientSecretOptions): Promise<string> {
  const { url, session, signal, service } = options;
  const params: ClientSecretCreateParams = {
    expires_after: { anchor: 'created_at', seconds: lifetimeSeconds },
    session,
  };
  const headers = { ...options.headers, 'content-type': 'application/json' };
  const answer = await post({ url, headers, body: JSON.stringify(params), signal }).catch((thrown: unknown) => {
    throw unreachable(thrown, service);
  });
  const { status, contentType, body } = answer;
  if (status !== 200) throw engineError(httpFault(answer), service);
  const parsed = response.safeParse(parseJson(body));
  // Whoever answers 200 with anything else is another server: a portal's page, a proxy. Its text may hold a secret of a
  // form that nobody here would know for one.
  if (!parsed.success) throw engineError({ status, message: `A ${contentType}, but no client secret.` }, service);
  return parsed.data.value;
}
