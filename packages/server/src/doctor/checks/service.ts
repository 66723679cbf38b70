import type { ErrorCode } from '@live-transcribe/core';
import { askService, type ServiceAnswer } from '@live-transcribe/engine-openai';
import type { Config } from '../../config/settings.ts';
import { type Finding, ok, warning, wrong } from '../finding.ts';
import { checkClock } from './clock.ts';

const key = 'key';

/** Whether the service that recognises is there and takes the key, and whether its clock and ours agree. */
export async function checkService(config: Config, signal: AbortSignal): Promise<readonly Finding[]> {
  const { openaiApiKey: apiKey, openaiBaseUrl: baseUrl, openaiDialect } = config;
  const began = Date.now();
  const answer = await askService({
    ...{ apiKey, baseUrl, signal },
    ...(openaiDialect !== 'auto' && { dialect: openaiDialect }),
  });
  const tookMs = Date.now() - began;
  if (answer.kind === 'silent') return [noNetwork(answer)];
  return [judge(answer, apiKey !== undefined, tookMs), ...checkClock(answer, began + tookMs / 2)];
}

const noNetwork = ({ host, reason }: Extract<ServiceAnswer, { kind: 'silent' }>): Finding =>
  wrong(
    key,
    `${host} cannot be reached: ${reason}`.replace(/\.?$/, '. Whether the key is good is not known.'),
    'Look at the network: the name, the route, a proxy or a firewall between here and there, and at OPENAI_BASE_URL.',
  );

function judge(
  { service, host, status, error }: Extract<ServiceAnswer, { kind: 'answered' }>,
  hasKey: boolean,
  tookMs: number,
): Finding {
  if (!error) {
    // Who does not know the question has not looked at the key.
    if (status >= 300)
      return ok(key, `${host} answers (HTTP ${status}, ${tookMs} ms); it has no list of models to ask for.`);
    return ok(key, hasKey ? `${host} accepts it (${tookMs} ms).` : `${host} answers without one (${tookMs} ms).`);
  }
  const mend = mends[error.code]?.(service) ?? 'Look at OPENAI_BASE_URL and OPENAI_DIALECT.';
  // The key may be good all the same.
  const passes = error.code === 'engine_unreachable' || (error.code === 'engine_quota' && error.retryable);
  const says =
    error.code === 'engine_unreachable' ? `${host} answers HTTP ${status}: a fault of its own.` : error.message;
  return passes ? warning(key, says, mend) : wrong(key, says, mend);
}

const mends: Partial<Record<ErrorCode, (service: string) => string>> = {
  engine_auth: (service) => `Set OPENAI_API_KEY to a key of ${service} that may be used for transcription.`,
  engine_quota: (service) => `Look at the credit and the limits of the account with ${service}.`,
  engine_unreachable: (service) => `Look at the state of ${service}, and ask again.`,
};
