import { readFileSync } from 'node:fs';

const path = new URL('../../../../docs/sdk.md', import.meta.url);

export const sdkDocs: string = readFileSync(path, 'utf8');

/** The pieces of code in docs/sdk.md for one place, each with the heading that it stands under. */
export function snippets(kind: 'js browser' | 'js node' | 'jsx react'): { heading: string; code: string }[] {
  const found: { heading: string; code: string }[] = [];
  let heading = '';
  for (const [, title, info, code] of sdkDocs.matchAll(/^## (.+)$|^```(\w+(?: \w+)?)\n([^]*?)^```$/gm)) {
    heading = title ?? heading;
    if (info === kind && code !== undefined) found.push({ heading, code });
  }
  return found;
}

/** The address that the snippets call. */
export const documentedUrl = 'http://localhost:8000/v1/transcriptions';
