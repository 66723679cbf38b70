import { ClientError } from '@live-transcribe/core';

/** Longer text is no message of these protocols, and not worth parsing. In characters. */
const longestText = 64 * 1024;

/** The JSON object in `text`; throws `ClientError` `bad_message`, giving `example` as what was expected. */
export function parseObject(text: string, example: string): Readonly<Record<string, unknown>> {
  const expected = `Text messages must be JSON objects such as ${example}`;
  if (text.length > longestText) {
    throw new ClientError('bad_message', `${expected}, but this one has ${text.length} characters.`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ClientError('bad_message', `${expected}, but this one is not JSON.`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ClientError('bad_message', `${expected}, but this one is JSON of another kind.`);
  }
  return value as Readonly<Record<string, unknown>>;
}
