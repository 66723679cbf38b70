import { type ModelKind, modelKinds, type Purpose, purposeOf } from '@live-transcribe/engine-sherpa';
import { type CatalogueEntry, catalogue, type Shelved } from '@live-transcribe/models';
import { inMebibytes } from './terminal.ts';

/** A model that can be had, or is there, or both. */
export interface ListedModel {
  readonly name: string;
  readonly summary: string;
  readonly kind: string;
  /** What it does; undefined where its kind is none. */
  readonly purpose: Purpose | undefined;
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
export function listModels(shelved: readonly Shelved[], taken: readonly string[]): readonly ListedModel[] {
  const known = catalogue.map((entry) => ofCatalogue(entry, shelved, taken));
  const others = shelved.filter(({ name }) => !catalogue.some((entry) => entry.name === name));
  return [...known, ...others.map((model) => broughtByHand(model, taken))];
}

function ofCatalogue(entry: CatalogueEntry, shelved: readonly Shelved[], taken: readonly string[]): ListedModel {
  const { name, summary, kind, languages, licence, archive, bytes, realTimeFactor } = entry;
  const there = shelved.find((model) => model.name === name);
  const is = {
    name,
    summary,
    kind,
    purpose: purposeOfAny(kind),
    languages,
    licence,
    archive,
    downloadBytes: bytes,
    realTimeFactor,
  };
  return { ...is, ...stateOf(there), taken: taken.includes(name) };
}

function broughtByHand(model: Shelved, taken: readonly string[]): ListedModel {
  const manifest = 'manifest' in model ? model.manifest : undefined;
  return {
    name: model.name,
    summary: 'brought by hand',
    kind: manifest?.kind ?? 'unknown',
    purpose: purposeOfAny(manifest?.kind ?? 'unknown'),
    languages: manifest?.languages ?? [],
    licence: manifest?.licence,
    archive: undefined,
    downloadBytes: undefined,
    realTimeFactor: undefined,
    ...stateOf(model),
    taken: taken.includes(model.name),
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

const isKind = (kind: string): kind is ModelKind => Object.hasOwn(modelKinds, kind);
const purposeOfAny = (kind: string): Purpose | undefined => (isKind(kind) ? purposeOf(kind) : undefined);

const headings: Record<Purpose, readonly string[]> = {
  recognition: ['', 'NAME', 'LANGUAGES', 'WORDS COME', 'DOWNLOAD', 'LICENCE', 'SPEED', ''],
  punctuation: ['', 'FOR PUNCTUATION', 'LANGUAGES', '', 'DOWNLOAD', 'LICENCE', 'SPEED', ''],
  speakers: ['', 'FOR SPEAKERS', 'LANGUAGES', '', 'DOWNLOAD', 'LICENCE', 'SPEED', ''],
};

/** For people: a line for each model, those that do the same together, and why which one is taken. */
export function asTable(models: readonly ListedModel[], choice: string): string {
  const groups = Object.entries(headings).map(([purpose, head]) => {
    // Of one that cannot be read nobody knows what it does.
    const rows = models.filter((model) => (model.purpose ?? 'recognition') === purpose).map(cells);
    return rows.length === 0 ? [] : [head, ...rows, []];
  });
  const rows = groups.flat();
  const widths = headings.recognition.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const faults = models.flatMap(({ fault }) => fault ?? []);
  return `${[...lines, ...faults, choice].join('\n')}\n`;
}

function cells(model: ListedModel): string[] {
  const { name, languages, downloadBytes, licence, realTimeFactor, summary, installed, taken } = model;
  const mark = taken ? '*' : installed === undefined ? '' : '+';
  const listed = languages === 'any' ? 'any' : languages.slice(0, 4).join(' ');
  const more = languages !== 'any' && languages.length > 4 ? ` and ${languages.length - 4} more` : '';
  const when = whenWordsCome(model);
  const size = downloadBytes === undefined ? '?' : `${inMebibytes(downloadBytes)} MiB`;
  const speed = realTimeFactor === undefined ? 'not measured' : `${realTimeFactor} × time`;
  return [mark, name, `${listed}${more}`, when, size, licence ?? '?', speed, summary];
}

function whenWordsCome({ purpose, kind }: ListedModel): string {
  if (purpose === undefined) return '?';
  if (purpose !== 'recognition') return '';
  return kind.startsWith('offline-') ? 'after' : 'live';
}
