import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWith } from '@live-transcribe/testkit';
import { describe, expect, it } from 'vitest';
import {
  add,
  type CatalogueEntry,
  catalogue,
  type ModelsError,
  type PullOptions,
  pull,
  remove,
  type Step,
  shelved,
  usualWaits,
  verify,
} from '../src/index.ts';
import { archiveOf, bzip2, bzip2Missing, file } from './archives.ts';
import { honestly } from './odd-server.ts';
import { folder, noise, served } from './support.ts';

const waits = { ...usualWaits, attempts: 3, firstDelayMs: 1, longestDelayMs: 2, worthwhileBytes: 1 };
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const signal = new AbortController().signal;
const examine = () => undefined;

const entry: CatalogueEntry = {
  name: 'small',
  archive: 'sherpa-onnx-small-2023',
  summary: 'for tests',
  kind: 'transducer',
  languages: ['sv'],
  roles: ['tokens', 'encoder', 'decoder', 'joiner'],
  variant: 'left-128',
  licence: 'MIT',
  settings: { featureDim: 128 },
};

const part = (name: string) => file(`sherpa-onnx-small-2023/${name}`, noise(3000, name.length));
const archive = () =>
  archiveOf(
    part('tokens.txt'),
    ...['encoder', 'decoder', 'joiner'].flatMap((role) =>
      ['left-64', 'left-128'].flatMap((left) => [part(`${role}-${left}.onnx`), part(`${role}-${left}.int8.onnx`)]),
    ),
    part('README.md'),
    part('test_wavs/0.wav'),
  );

/** A mirror with this archive and, beside it, this list of sums. */
const mirrorOf = (content: Buffer, sums?: string) =>
  served((request, response, visit, hold) => {
    if (request.url === '/sherpa-onnx-small-2023.tar.bz2') honestly(content)(request, response, visit, hold);
    else if (request.url === '/checksum.txt' && sums !== undefined) response.end(sums);
    else response.writeHead(404).end();
  });

const options = (mirror: string, rest: Partial<PullOptions> = {}): PullOptions => {
  return { shelf: folder(), mirror, signal, waits, examine, ...rest };
};

async function faultOf(work: Promise<unknown>): Promise<ModelsError> {
  return work.then(
    () => expect.unreachable('it has succeeded'),
    (error: unknown) => error as ModelsError,
  );
}

describeWith([bzip2Missing], 'a model', { timeout: 60_000 }, () => {
  it('of punctuation comes with its vocabulary, and without the larger version of itself', async () => {
    const punctuation: CatalogueEntry = {
      ...entry,
      kind: 'punctuation-cnn-bilstm',
      roles: ['model', 'vocabulary'],
    };
    const content = await archiveOf(part('model.onnx'), part('model.int8.onnx'), part('bpe.vocab'), part('README.md'));
    const { url } = await mirrorOf(content);
    const { folder: place } = await pull(punctuation, options(url));
    expect(readdirSync(place).toSorted()).toEqual(['README.md', 'bpe.vocab', 'model.int8.onnx', 'model.json']);
    expect(JSON.parse(readFileSync(join(place, 'model.json'), 'utf8'))).toMatchObject({
      files: { model: 'model.int8.onnx', vocabulary: 'bpe.vocab' },
    });
  });

  it('is pulled: only the files that are needed, described, with the sum of each', async () => {
    const content = await archive();
    const { url } = await mirrorOf(
      content,
      `other.tar.bz2 ${sha256(noise(1))}\nsherpa-onnx-small-2023.tar.bz2 ${sha256(content)}\n`,
    );
    const steps: Step['kind'][] = [];
    const wanted = options(url, { onStep: ({ kind }) => steps.push(kind) });
    const place = join(wanted.shelf, 'small');
    expect(await pull(entry, wanted)).toEqual({ folder: place, wasThere: false, witness: 'publisher' });
    const files = {
      tokens: 'tokens.txt',
      encoder: 'encoder-left-128.int8.onnx',
      decoder: 'decoder-left-128.onnx',
      joiner: 'joiner-left-128.int8.onnx',
    };
    const kept = [...Object.values(files), 'README.md'];
    expect(readdirSync(place).toSorted()).toEqual([...kept, 'model.json'].toSorted());
    const description = JSON.parse(readFileSync(join(place, 'model.json'), 'utf8'));
    expect(description).toEqual({
      ...{ kind: 'transducer', languages: ['sv'], licence: 'MIT', summary: 'for tests', featureDim: 128, files },
      archive: { from: `${url}/sherpa-onnx-small-2023.tar.bz2`, sha256: sha256(content) },
      sha256: Object.fromEntries(kept.map((name) => [name, sha256(readFileSync(join(place, name)))])),
    });
    expect([...new Set(steps)]).toEqual(['downloading', 'received', 'checking', 'unpacking']);
    expect(readdirSync(join(wanted.shelf, '.work'))).toEqual(['small.sha256']);
  });

  it('is not pulled twice, and is found, verified and removed', async () => {
    const server = await mirrorOf(await archive());
    const wanted = options(server.url);
    expect(await pull(entry, wanted)).toMatchObject({ wasThere: false, witness: 'nobody' });
    const asked = server.visits.length;
    expect(await pull(entry, wanted)).toMatchObject({ wasThere: true, witness: undefined });
    expect(server.visits).toHaveLength(asked);
    expect(await shelved(wanted.shelf)).toMatchObject([{ name: 'small', manifest: { kind: 'transducer' } }]);
    expect(await verify('small', wanted)).toMatchObject({ faults: [], checked: 5 });
    await remove({ ...wanted, name: 'small', waits });
    expect(await shelved(wanted.shelf)).toEqual([]);
    expect(await faultOf(remove({ ...wanted, name: 'small', waits }))).toMatchObject({ code: 'unknown' });
    for (const name of ['../small', '.work', '/etc', '']) {
      expect(await faultOf(remove({ ...wanted, name, waits }))).toMatchObject({ code: 'unknown' });
    }
  });

  it('whose file has changed or gone is found out', async () => {
    const server = await mirrorOf(await archive());
    const wanted = options(server.url);
    const { folder: place } = await pull(entry, wanted);
    const bent = readFileSync(join(place, 'encoder-left-128.int8.onnx'));
    bent[1500] = (bent[1500] ?? 0) ^ 1;
    writeFileSync(join(place, 'encoder-left-128.int8.onnx'), bent);
    rmSync(join(place, 'tokens.txt'));
    const { faults, checked } = await verify('small', wanted);
    expect(faults.toSorted()).toEqual([
      `${place}/encoder-left-128.int8.onnx is not what it was when it came.`,
      `${place}/tokens.txt is missing.`,
    ]);
    expect(checked).toBe(3);
    writeFileSync(join(place, 'model.json'), '{');
    expect((await verify('small', wanted)).faults[0]).toContain('model.json cannot be used');
    expect(await shelved(wanted.shelf)).toMatchObject([{ name: 'small', fault: expect.any(String) }]);
  });

  it('is held to the sum of its publisher, of the catalogue, and of the first download', async () => {
    const content = await archive();
    const lying = await mirrorOf(content, `${'0'.repeat(64)}  *sherpa-onnx-small-2023.tar.bz2`);
    const first = options(lying.url);
    const fault = await faultOf(pull(entry, first));
    expect(fault).toMatchObject({ code: 'wrong_bytes' });
    expect(fault.message).toContain(`has the SHA-256 ${sha256(content)}, not ${'0'.repeat(64)} as its publisher says`);
    expect(existsSync(join(first.shelf, 'small'))).toBe(false);
    expect(readdirSync(join(first.shelf, '.work'))).toEqual([]);

    const server = await mirrorOf(content);
    expect(await faultOf(pull({ ...entry, sha256: 'f'.repeat(64) }, options(server.url)))).toMatchObject({
      code: 'wrong_bytes',
    });
    const wanted = options(server.url);
    expect(await pull({ ...entry, sha256: sha256(content) }, wanted)).toMatchObject({ witness: 'catalogue' });
    await remove({ ...wanted, name: 'small', waits });
    expect(await pull(entry, wanted)).toMatchObject({ witness: 'earlier download' });
    await remove({ ...wanted, name: 'small', waits });
    const other = await mirrorOf(await archiveOf(part('tokens.txt')));
    const changed = await faultOf(pull(entry, { ...wanted, mirror: other.url }));
    expect(changed.message).toContain('as it was at the first download. If a change is expected, remove ');
  });

  it('is downloaded anew, once, where its halves do not fit together', async () => {
    const content = await archive();
    const server = await served((request, response, visit, hold) => {
      if (request.url === '/checksum.txt') response.end(`sherpa-onnx-small-2023.tar.bz2\t${sha256(content)}`);
      // Another file behind the same ETag, and then the right one.
      else if (visit === 1) honestly(noise(content.length), { holdAfter: 1000 })(request, response, visit, hold);
      else honestly(content)(request, response, visit, hold);
    });
    let last = 0;
    const onStep = (step: Step) => {
      if (step.kind !== 'received') return;
      if (step.progress.received > last && server.visits.length === 1) server.drop();
      last = step.progress.received;
    };
    expect(await pull(entry, options(server.url, { onStep }))).toMatchObject({ witness: 'publisher' });
    const archives = server.visits.filter(({ url }) => url !== '/checksum.txt');
    expect(archives.map(({ headers }) => headers.range !== undefined)).toEqual([false, true, false]);
  });

  it('is not taken from what is no archive, lacks a file, or no engine can use', async () => {
    const page = await mirrorOf(Buffer.from('please sign in'));
    expect((await faultOf(pull(entry, options(page.url)))).message).toContain('is not a .tar.bz2 archive');
    const lacking = await mirrorOf(await archiveOf(part('tokens.txt'), part('encoder-left-128.onnx')));
    const wanted = options(lacking.url);
    const fault = await faultOf(pull(entry, wanted));
    expect(fault.message).toBe(
      'small should have a file for "decoder", and it has only: encoder-left-128.onnx, tokens.txt.',
    );
    expect(readdirSync(wanted.shelf)).toEqual(['.work']);
    const whole = await mirrorOf(await archive());
    const picky = options(whole.url, { examine: () => 'its encoder is of clay.' });
    expect((await faultOf(pull(entry, picky))).message).toBe(
      'small is no model that can be used: its encoder is of clay.',
    );
    expect(existsSync(join(picky.shelf, 'small'))).toBe(false);
    const bomb = await mirrorOf(bzip2(new Uint8Array(1 << 20)));
    expect(await faultOf(pull(entry, options(bomb.url)))).toMatchObject({ code: 'bad_archive' });
  });

  it('whose server cannot be reached: says how to bring it without the internet', async () => {
    const { url, close } = await served(() => undefined);
    await close();
    const fault = await faultOf(pull(entry, options(url)));
    expect(fault.code).toBe('unreachable');
    expect(fault.message).toContain(
      `bring ${url}/sherpa-onnx-small-2023.tar.bz2 here, and add it by "live-transcribe models add`,
    );
  });

  it('is pulled by one at a time: the other waits, and finds it', async () => {
    const server = await mirrorOf(await archive());
    const wanted = options(server.url);
    const steps: Step['kind'][] = [];
    const onStep = ({ kind }: Step) => steps.push(kind);
    const both = await Promise.all([pull(entry, wanted), pull(entry, { ...wanted, onStep })]);
    expect(both.filter(({ wasThere }) => wasThere)).toHaveLength(1);
    expect(server.visits.filter(({ url }) => url !== '/checksum.txt')).toHaveLength(1);
    expect(await verify('small', wanted)).toMatchObject({ faults: [] });
  });

  it('does not push anything aside', async () => {
    const server = await mirrorOf(await archive());
    const wanted = options(server.url);
    mkdirSync(join(wanted.shelf, 'small'));
    writeFileSync(join(wanted.shelf, 'small', 'notes.txt'), 'mine');
    expect(await faultOf(pull(entry, wanted))).toMatchObject({ code: 'in_the_way' });
    expect(server.visits).toHaveLength(0);
    const inTheWay = join(folder(), 'file');
    writeFileSync(inTheWay, '');
    expect(await faultOf(pull(entry, { ...wanted, shelf: inTheWay }))).toMatchObject({ code: 'in_the_way' });
  });

  it('is added from an archive that was brought by hand', async () => {
    const known = catalogue.find(({ name }) => name === 'whisper-tiny-en');
    const brought = join(folder(), `${known?.archive}.tar.bz2`);
    const files = [
      'tiny.en-encoder.int8.onnx',
      'tiny.en-decoder.int8.onnx',
      'tiny.en-tokens.txt',
      'tiny.en-encoder.onnx',
    ];
    writeFileSync(brought, await archiveOf(...files.map((name) => file(`sherpa-onnx-whisper-tiny.en/${name}`, name))));
    const wanted = options('http://nobody.invalid');
    const added = await add(brought, wanted);
    expect(added).toEqual({ name: 'whisper-tiny-en', folder: join(wanted.shelf, 'whisper-tiny-en') });
    expect(readdirSync(added.folder).toSorted()).toEqual([...files.slice(0, 3), 'model.json'].toSorted());
    expect(existsSync(brought)).toBe(true);
    expect(await faultOf(add(brought, wanted))).toMatchObject({ code: 'in_the_way' });
  });

  it('is added from a folder with a model.json, or with the name of an archive; links in it are not followed', async () => {
    const wanted = options('http://nobody.invalid');
    const own = join(folder(), 'mine');
    mkdirSync(own);
    const description = { kind: 'nemo-ctc', languages: ['en'], files: { tokens: 't.txt', model: 'm.onnx' }, mine: 1 };
    writeFileSync(join(own, 'model.json'), JSON.stringify(description));
    writeFileSync(join(own, 't.txt'), 'a');
    writeFileSync(join(own, 'm.onnx'), 'b');
    symlinkSync('/etc/passwd', join(own, 'passwd'));
    expect(await add(own, wanted)).toMatchObject({ name: 'mine' });
    const place = join(wanted.shelf, 'mine');
    expect(readdirSync(place).toSorted()).toEqual(['m.onnx', 'model.json', 't.txt']);
    expect(JSON.parse(readFileSync(join(place, 'model.json'), 'utf8'))).toEqual({
      ...description,
      sha256: { 'm.onnx': sha256(Buffer.from('b')), 't.txt': sha256(Buffer.from('a')) },
    });
    const unpacked = join(folder(), 'sherpa-onnx-whisper-tiny.en');
    mkdirSync(unpacked);
    for (const name of ['x-encoder.onnx', 'x-decoder.onnx', 'x-tokens.txt']) writeFileSync(join(unpacked, name), name);
    expect(await add(unpacked, wanted)).toMatchObject({ name: 'whisper-tiny-en' });
    expect(await verify('whisper-tiny-en', wanted)).toMatchObject({ checked: 3, faults: [] });
    const strange = join(folder(), 'strange');
    mkdirSync(strange);
    expect((await faultOf(add(strange, wanted))).message).toContain('no model that is known here');
  });
});

describe('a model that is a single file', { timeout: 60_000 }, () => {
  const single: CatalogueEntry = {
    name: 'voices',
    archive: 'voices+2024',
    form: 'onnx',
    summary: 'for tests',
    kind: 'speaker-embedding',
    languages: ['en'],
    roles: ['model'],
  };
  const onnx = Buffer.concat([Buffer.from([8]), noise(3000)]);
  const mirrorWith = (content: Buffer) =>
    served((request, response, visit, hold) => {
      if (request.url === '/voices%2B2024.onnx') honestly(content)(request, response, visit, hold);
      else response.writeHead(404).end();
    });

  it('is pulled as it is, described, and verified', async () => {
    const { url } = await mirrorWith(onnx);
    const wanted = options(url);
    const place = join(wanted.shelf, 'voices');
    expect(await pull({ ...single, sha256: sha256(onnx) }, wanted)).toEqual({
      ...{ folder: place, wasThere: false, witness: 'catalogue' },
    });
    expect(readdirSync(place).toSorted()).toEqual(['model.json', 'model.onnx']);
    expect(readFileSync(join(place, 'model.onnx')).equals(onnx)).toBe(true);
    expect(JSON.parse(readFileSync(join(place, 'model.json'), 'utf8'))).toMatchObject({
      ...{ kind: 'speaker-embedding', files: { model: 'model.onnx' }, sha256: { 'model.onnx': sha256(onnx) } },
    });
    expect(await verify('voices', wanted)).toMatchObject({ faults: [], checked: 1 });
  });

  it('is refused where it is no model', async () => {
    const { url } = await mirrorWith(Buffer.from('<!doctype html>'));
    const fault = await faultOf(pull(single, options(url)));
    expect(fault).toMatchObject({ code: 'refused', message: expect.stringContaining('is not an ONNX file') });
  });

  it('is added by hand under its publisher’s name', async () => {
    const known = catalogue.find(({ form, sha256: sum }) => form === 'onnx' && sum === undefined);
    if (known === undefined) throw new Error('The catalogue has none.');
    const path = join(folder(), `${known.archive}.onnx`);
    writeFileSync(path, onnx);
    const { shelf, ...others } = options('http://127.0.0.1:1');
    const added = await add(path, { shelf, ...others });
    expect(added).toEqual({ name: known.name, folder: join(shelf, known.name) });
    expect(readdirSync(added.folder).toSorted()).toEqual(['model.json', 'model.onnx']);
  });
});
