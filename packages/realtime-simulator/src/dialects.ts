export type SimulatedDialectName = 'openai' | 'azure' | 'azure-preview' | 'beta' | 'plain';

/** Which of the protocol's servers is played. */
export interface SimulatedDialect {
  /** What comes after the port in the base URL. */
  readonly root: string;
  /** Path of the WebSocket. */
  readonly realtime: string;
  /** Path at which secrets are minted; nowhere when absent. */
  readonly clientSecrets?: string;
  readonly transcriptions: RegExp;
  /** The path at which models are listed. */
  readonly models: string;
  /** The only model that gives the times of words; any does when absent. */
  readonly wordsModel?: string;
  readonly keyIn: 'authorization' | 'api-key';
  /** Whether nobody gets in without a key; otherwise only where the simulator was given one. */
  readonly needsKey: boolean;
  readonly shape: 'general' | 'beta';
  /** The query parameters of the WebSocket without which it is not opened. */
  readonly demands: readonly string[];
}

const openai: SimulatedDialect = {
  root: '/v1',
  realtime: '/v1/realtime',
  clientSecrets: '/v1/realtime/client_secrets',
  transcriptions: /^\/v1\/audio\/transcriptions$/,
  models: '/v1/models',
  wordsModel: 'whisper-1',
  keyIn: 'authorization',
  needsKey: true,
  shape: 'general',
  demands: [],
};

const { clientSecrets: _, ...withoutSecrets } = openai;
const { wordsModel: __, ...selfHosted } = { ...withoutSecrets, needsKey: false };

export const simulatedDialects: Readonly<Record<SimulatedDialectName, SimulatedDialect>> = {
  openai,
  azure: {
    ...withoutSecrets,
    root: '/openai/v1',
    realtime: '/openai/v1/realtime',
    transcriptions: /^\/openai\/v1\/audio\/transcriptions$/,
    models: '/openai/v1/models',
    keyIn: 'api-key',
  },
  'azure-preview': {
    ...withoutSecrets,
    root: '/openai',
    realtime: '/openai/realtime',
    transcriptions: /^\/openai\/deployments\/[^/]+\/audio\/transcriptions$/,
    models: '/openai/models',
    keyIn: 'api-key',
    shape: 'beta',
    demands: ['api-version', 'deployment'],
  },
  beta: { ...selfHosted, shape: 'beta', demands: ['model'] },
  plain: selfHosted,
};
