import type { Finding } from './finding.ts';

/** Whether a server could be started and would do its work. */
export const isWell = (findings: readonly Finding[]): boolean => findings.every(({ verdict }) => verdict !== 'wrong');

/** For people: a line each, and below it what to do. */
export function asText(findings: readonly Finding[]): string {
  const widest = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.map(({ check, verdict, says, mend }) => {
    const head = `${verdict.padEnd('warning'.length)}  ${check.padEnd(widest)}  `;
    return `${head}${says}${mend === undefined ? '' : `\n${' '.repeat(head.length)}→ ${mend}`}`;
  });
  return `${lines.join('\n')}\n`;
}

/** For programs. */
export const asJson = (findings: readonly Finding[]): string =>
  `${JSON.stringify({ ok: isWell(findings), findings }, undefined, 2)}\n`;
