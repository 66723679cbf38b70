/** What somebody may do. */
export const scopeTable = {
  transcribe: 'Open sessions and come back to them.',
  watch: 'Follow sessions whose ids one knows.',
  sessions: 'List, read and delete past sessions.',
  debug: 'Look at what came in and went out in the last moments.',
  metrics: 'Read the metrics.',
  tokens: 'Make tokens for others.',
} as const;

export type Scope = keyof typeof scopeTable;

// Its keys are what its type says.
export const allScopes = Object.keys(scopeTable) as [Scope, ...Scope[]];

export const isScope = (value: unknown): value is Scope =>
  typeof value === 'string' && Object.hasOwn(scopeTable, value);
