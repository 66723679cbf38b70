export type Redact = (text: string) => string;

/** Keys and secrets of any account, whole or masked: the service repeats the ends of a wrong key in its answer. */
const keyLike = /\b(?:sk|ek)[-_][\w.*-]+/g;
const removed = '[secret]';

/** A function that takes `secrets`, and whatever looks like one, out of a text. */
export const redactor =
  (secrets: readonly string[]): Redact =>
  (text) =>
    secrets.reduce((clean, secret) => clean.replaceAll(secret, removed), text).replace(keyLike, removed);
