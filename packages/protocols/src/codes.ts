/** The keys of a table of codes, as a schema wants them. */
export const codes = <Code extends string>(table: Readonly<Record<Code, unknown>>): [Code, ...Code[]] =>
  // Every table here has rows, and its keys are what its type says.
  Object.keys(table) as [Code, ...Code[]];
