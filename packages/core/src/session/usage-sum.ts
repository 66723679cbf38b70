import type { Usage } from '../ports/engine.ts';

/** What the vendor has counted in one session. */
export class UsageSum {
  #total: Usage | undefined;

  /** `undefined` when nothing was ever told. */
  get total(): Usage | undefined {
    return this.#total;
  }

  add(usage: Usage | undefined): void {
    if (!usage) return;
    const total = this.#total ?? {};
    this.#total = {
      ...sum('audioSeconds', total, usage),
      ...sum('inputTokens', total, usage),
      ...sum('outputTokens', total, usage),
      ...sum('cost', total, usage),
    };
  }
}

function sum(key: keyof Usage, total: Usage, usage: Usage): Usage {
  if (total[key] === undefined && usage[key] === undefined) return {};
  return { [key]: (total[key] ?? 0) + (usage[key] ?? 0) };
}
