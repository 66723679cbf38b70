/** What `/metrics` tells, by `name` or `name{label="value"}`. */
export class Scrape {
  readonly samples: ReadonlyMap<string, number>;
  /** Of each metric. */
  readonly descriptions: readonly { readonly name: string; readonly help: string; readonly type: string }[];

  constructor(text: string) {
    const lines = text.split('\n');
    this.samples = new Map(
      lines
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((line) => {
          const at = line.lastIndexOf(' ');
          return [line.slice(0, at), Number(line.slice(at + 1))];
        }),
    );
    const types = new Map(
      lines.map((line) => /^# TYPE (\S+) (\S+)$/.exec(line)).map((found) => [found?.[1], found?.[2]]),
    );
    this.descriptions = lines.flatMap((line) => {
      const [, name = '', help = ''] = /^# HELP (\S+) (.*)$/.exec(line) ?? [];
      return name === '' ? [] : [{ name, help, type: types.get(name) ?? '' }];
    });
  }

  /** Of one of ours, without its prefix. */
  value(sample: string): number | undefined {
    return this.samples.get(`live_transcribe_${sample}`);
  }

  /** Samples of a name, without the prefix, by their labels. */
  all(name: string): Record<string, number> {
    const found = [...this.samples].flatMap(([sample, value]) => {
      const [, labels] = sample.match(new RegExp(`^live_transcribe_${name}(?:\\{(.*)\\})?$`)) ?? [];
      return sample.startsWith(`live_transcribe_${name}`) && labels !== undefined ? [[labels, value] as const] : [];
    });
    return Object.fromEntries(found);
  }
}

export async function scrape({ port }: { readonly port: number }): Promise<Scrape> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  if (!response.ok) throw new Error(`/metrics answered ${response.status}.`);
  return new Scrape(await response.text());
}
