import { type CatalogueEntry, catalogue, type Shelved } from '@live-transcribe/models';
import { inMebibytes } from './terminal.ts';

/** A model that can be had, or is there, or both. */
export interface ListedModel {
  readonly name: string;
  readonly summary: string;
  readonly kind: string;
  readonly languages: 'any' | readonly string[];
  readonly licence: string | undefined;
  /** Name of its archive, of the catalogue's models. */
  readonly archive: string | undefined;
  /** Of the archive; undefined where nobody has told. */
  readonly downloadBytes: number | undefined;
  /** Seconds to recognise a second, where it has been measured. */
  readonly realTimeFactor: number | undefined;
  readonly installed: { readonly folder: string; readonly bytes: number } | undefined;
  /** Why one that is there cannot be used. */
  readonly fault: string | undefined;
  /** Whether the engine would take it. */
  readonly taken: boolean;
}

/** The catalogue and, behind it, what else is there. */
export function listModels(shelved: readonly Shelved[], taken: string | undefined): readonly ListedModel[] {
  const known = catalogue.map((entry) => ofCatalogue(entry, shelved, taken));
  const others = shelved.filter(({ name }) => !catalogue.some((entry) => entry.name === name));
  return [...known, ...others.map((model) => broughtByHand(model, taken))];
}

function ofCatalogue(entry: CatalogueEntry, shelved: readonly Shelved[], taken: string | undefined): ListedModel {
  const { name, summary, kind, languages, licence, archive, bytes, realTimeFactor } = entry;
  const there = shelved.find((model) => model.name === name);
  const is = { name, summary, kind, languages, licence, archive, downloadBytes: bytes, realTimeFactor };
  return { ...is, ...stateOf(there), taken: taken === name };
}

function broughtByHand(model: Shelved, taken: string | undefined): ListedModel {
  const manifest = 'manifest' in model ? model.manifest : undefined;
  return {
    name: model.name,
    summary: 'brought by hand',
    kind: manifest?.kind ?? 'unknown',
    languages: manifest?.languages ?? [],
    licence: manifest?.licence,
    archive: undefined,
    downloadBytes: undefined,
    realTimeFactor: undefined,
    ...stateOf(model),
    taken: taken === model.name,
  };
}

function stateOf(model: Shelved | undefined): Pick<ListedModel, 'installed' | 'fault'> {
  if (model === undefined) return { installed: undefined, fault: undefined };
  if ('fault' in model) return { installed: { folder: model.folder, bytes: 0 }, fault: model.fault };
  return { installed: { folder: model.folder, bytes: model.bytes }, fault: undefined };
}

export const knows =
  (language: string) =>
  ({ languages }: ListedModel): boolean =>
    languages === 'any' || languages.includes(language);

/** For people: a line for each model, and why which one is taken. */
export function asTable(models: readonly ListedModel[], choice: string): string {
  const head = ['', 'NAME', 'LANGUAGES', 'WORDS COME', 'DOWNLOAD', 'LICENCE', 'SPEED', ''];
  const rows = [head, ...models.map(cells)];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const faults = models.flatMap(({ fault }) => fault ?? []);
  return `${[...lines, '', ...faults, choice].join('\n')}\n`;
}

function cells(model: ListedModel): string[] {
  const { name, languages, kind, downloadBytes, licence, realTimeFactor, summary, installed, taken } = model;
  const mark = taken ? '*' : installed === undefined ? '' : '+';
  const listed = languages === 'any' ? 'any' : languages.slice(0, 4).join(' ');
  const more = languages !== 'any' && languages.length > 4 ? ` and ${languages.length - 4} more` : '';
  const when = kind.startsWith('offline-') ? 'after' : kind === 'unknown' ? '?' : 'live';
  const size = downloadBytes === undefined ? '?' : `${inMebibytes(downloadBytes)} MiB`;
  const speed = realTimeFactor === undefined ? 'not measured' : `${realTimeFactor} × time`;
  return [mark, name, `${listed}${more}`, when, size, licence ?? '?', speed, summary];
}
