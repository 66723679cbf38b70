/** Longer ids are nobody's: the store's own are 36 characters. */
const longestId = 200;

/** Whether a session could have this id: any text but an empty, an endless and one with control characters. */
export function isSessionId(id: string): boolean {
  return id.length > 0 && id.length <= longestId && !unfit.test(id);
}

/** A text without what PostgreSQL takes in no text: NUL with the other control characters, and halves of characters. */
export function plainText(text: string): string {
  return text.replace(unfitOnes, ' ');
}

const unfit = /[\p{Cc}\p{Cs}]/u;
const unfitOnes = /[\p{Cc}\p{Cs}]/gu;
