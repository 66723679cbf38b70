import { ClientError, type Engine } from '@live-transcribe/core';

/** Throws `unsupported_language` for an ISO 639-1 code that the engine does not know. */
export function checkLanguage(language: string | undefined, { id, features }: Engine): void {
  const { languages } = features;
  if (language === undefined || languages === 'any' || languages.includes(language)) return;
  const known = languages.join(', ');
  throw new ClientError('unsupported_language', `The engine ${id} of this server knows ${known}, not "${language}".`);
}
