import type { Config } from '../config/settings.ts';
import type { Log } from '../observe/log.ts';
import { Access } from './access.ts';
import { Door } from './door.ts';
import { MintedTokens } from './minted-tokens.ts';
import { SessionOwners } from './session-owner.ts';
import { derive, openTokenSecret } from './token-secret.ts';

/** What decides who may come in, and what they may do. */
export interface Guards {
  readonly access: Access;
  readonly door: Door;
  readonly owners: SessionOwners;
  readonly minted: MintedTokens;
}

export async function openGuards(config: Config, log: Log): Promise<Guards> {
  const secret = await openTokenSecret(config, log);
  const minted = new MintedTokens(secret, Date.now);
  const access = new Access(config, minted);
  const owners = new SessionOwners(derive(secret, 'owners of sessions'));
  return { access, minted, owners, door: new Door(config, access.mode) };
}
