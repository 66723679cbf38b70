import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Finding, ok, warning } from '../finding.ts';

const check = 'page';

/** Whether the page was built. */
export async function checkPage(folder: string): Promise<readonly Finding[]> {
  if (existsSync(join(folder, 'index.html'))) return [ok(check, 'It is there.')];
  return [warning(check, 'It was not built: browsers find nothing at the address.', 'npm run build')];
}
