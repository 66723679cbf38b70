import { type AccessMode, chooseAccess } from '../../auth/access.ts';
import { isLoopback } from '../../auth/hosts.ts';
import type { Config } from '../../config/settings.ts';
import { type Finding, ok, warning } from '../finding.ts';

const check = 'access';

/** Who may come in. */
export function checkAccess(config: Config): readonly Finding[] {
  const mode: AccessMode = chooseAccess(config);
  switch (mode.kind) {
    case 'configured':
      return [ok(check, 'Clients need a key or a token.')];
    case 'token':
      return [ok(check, 'Nothing is configured: a link with an access token is printed at each start.')];
    case 'open': {
      if (isLoopback(config.host)) return [ok(check, 'Open, to this machine only.')];
      const says = `AUTH=none on ${config.host}: whoever reaches it may use it, at your cost.`;
      return [warning(check, says, 'Remove AUTH=none, or set API_KEYS.')];
    }
    default:
      return mode satisfies never;
  }
}
