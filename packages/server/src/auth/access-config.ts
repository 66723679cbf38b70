import type { Config } from '../config/settings.ts';

/** What of the configuration says who may come in. */
export type AccessConfig = Pick<
  Config,
  'auth' | 'host' | 'apiKeys' | 'jwtSecret' | 'jwksUrl' | 'jwtAudience' | 'jwtIssuer' | 'jwtClockSkewSeconds'
>;
