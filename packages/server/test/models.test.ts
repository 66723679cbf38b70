import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modelDescription, modelKinds, sherpaMissing } from '@live-transcribe/engine-sherpa';
import { catalogue } from '@live-transcribe/models';
import { describeWith, tinyModel } from '@live-transcribe/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { archiveOf, bzip2Missing, file } from '../../models/test/archives.ts';
import { type Handler, honestly, serve } from '../../models/test/odd-server.ts';
import { parseCommand } from '../src/command-line.ts';
import { readConfig } from '../src/config/read-config.ts';
import { findSherpa } from '../src/sherpa-model.ts';
import { endAll, launch, run } from './support/cli.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  endAll();
  for (const close of closing.splice(0).reverse()) await close();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'models-cli-'));
  closing.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const name = 'fastconformer-ctc-en-480ms';
const archiveName = catalogue.find((entry) => entry.name === name)?.archive ?? '';

/** An ONNX file as far as anybody looks before it is loaded: 8 is how one begins. */
function weights(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 7;
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  bytes[0] = 8;
  return bytes;
}

const archive = (length = 20_000) =>
  archiveOf(file(`${archiveName}/tokens.txt`, '<blk> 0\n'), file(`${archiveName}/model.int8.onnx`, weights(length)));

async function mirror(handler: Handler) {
  const server = await serve((request, response, visit, hold) => {
    if (request.url === `/${archiveName}.tar.bz2`) handler(request, response, visit, hold);
    else response.writeHead(404).end();
  });
  closing.push(server.close);
  return server;
}

describe('the command line of the models', () => {
  it('is understood, or refused with a sentence', () => {
    expect(parseCommand(['models', 'list', '--language', 'sv', '--json'])).toEqual({
      ...{ kind: 'models', does: 'list', json: true, language: 'sv' },
    });
    expect(parseCommand(['models', 'pull', name])).toEqual({ kind: 'models', does: 'pull', name });
    const wrong: [string[], RegExp][] = [
      [['models'], /needs one of list/],
      [['models', 'fetch'], /no command "models fetch"/],
      [['models', 'pull'], /needs the name/],
      [['models', 'add'], /needs the path/],
      [['models', 'rm', 'a', 'b'], /"b" is one word too many/],
      [['models', 'list', 'a'], /"a" is one word too many/],
      [['models', 'pull', 'a', '--json'], /--json belongs to/],
      [['doctor', '--language', 'sv'], /--language belongs to/],
    ];
    for (const [words, sentence] of wrong) expect(() => parseCommand(words)).toThrow(sentence);
  });

  it('offers what the engine sherpa understands, and nothing else', () => {
    for (const { name: model, kind, languages, roles, settings } of catalogue) {
      const files = Object.fromEntries(roles.map((role) => [role, role]));
      const parsed = modelDescription.safeParse({ kind, languages, files, ...settings });
      expect([model, parsed.error?.message]).toEqual([model, undefined]);
      expect(new Set(roles)).toEqual(new Set(parsed.success ? modelKinds[parsed.data.kind] : []));
    }
  });
});

describeWith([sherpaMissing() && 'sherpa-onnx-node'], 'the engine sherpa', {}, () => {
  it('takes the model that fits the language best, live before whole utterances', () => {
    const dataDir = folder();
    const install = (model: string, kind: string, languages: 'any' | string[]) => {
      const place = join(dataDir, 'models', model);
      mkdirSync(place, { recursive: true });
      const description = { kind, languages, files: { tokens: 'tokens.txt', model: 'model.onnx' } };
      writeFileSync(join(place, 'model.json'), JSON.stringify(description));
      writeFileSync(join(place, 'tokens.txt'), '<blk> 0');
      writeFileSync(join(place, 'model.onnx'), weights(10));
    };
    const taken = (language?: string) => {
      const read = readConfig({ DATA_DIR: dataDir, LANGUAGE: language });
      const found = read.ok ? findSherpa(read.config) : undefined;
      return found !== undefined && 'model' in found ? found.model.name : undefined;
    };
    expect(taken()).toBeUndefined();
    install('a-whole-swedish', 'offline-nemo-ctc', ['en', 'sv']);
    install('b-any', 'offline-nemo-ctc', 'any');
    install('c-english', 'nemo-ctc', ['en']);
    expect([undefined, 'sv', 'en', 'fi', 'auto'].map(taken)).toEqual([
      ...['a-whole-swedish', 'a-whole-swedish', 'c-english', 'b-any', 'b-any'],
    ]);
    install('d-swedish', 'nemo-ctc', ['sv']);
    expect(['sv', 'en'].map(taken)).toEqual(['d-swedish', 'c-english']);
  });
});

describe('a first start', { timeout: 240_000 }, () => {
  it('without a key and without a model says how to get one', async () => {
    const server = launch(['serve'], folder(), { ENGINE: 'sherpa', LANGUAGE: 'sv' });
    await server.says(/listening/);
    expect(server.said().output).toContain('Get one: npx live-transcribe models pull nemotron-3.5-560ms;');
    const address = /listening: open (http:\/\/[^/]+)/.exec(server.said().output)?.[1] ?? '';
    const ready = await fetch(`${address}/readyz`);
    expect(await ready.text()).toContain('npx live-transcribe models pull nemotron-3.5-560ms');
    server.child.kill('SIGTERM');
    expect((await server.ended).code).toBe(0);
  });
});

describeWith([bzip2Missing], 'live-transcribe models', { timeout: 240_000 }, () => {
  it('lists, pulls, verifies, finds and removes a model, with an exit code for each outcome', async () => {
    const { url } = await mirror(honestly(await archive()));
    const cwd = folder();
    const env = { MODELS_MIRROR: url, LANGUAGE: 'en' };
    const place = join('data', 'models', name);
    const before = (await run(['models', 'list'], cwd, env)).output;
    expect(before).toContain('has no model: There is no model for sherpa-onnx');
    expect(before).toContain('To get one: live-transcribe models pull zipformer-en-20m');

    const pulled = await run(['models', 'pull', name], cwd, env);
    expect(pulled).toMatchObject({ code: 0, output: `${place}\n` });
    expect(pulled.errors).toContain(`Downloading ${url}/${archiveName}.tar.bz2\nChecking it\nUnpacking it\n`);
    expect(pulled.errors).toContain('every further download is held to it');

    const { output, code } = await run(['models', 'list'], cwd, env);
    expect(code).toBe(0);
    expect(output).toMatch(new RegExp(`^\\*  ${name} +en +live +\\? +\\? +not measured +English, CTC`, 'm'));
    expect(output).toContain(`The engine sherpa would take ${name} (*): there is no SHERPA_MODEL`);
    const listed = JSON.parse((await run(['models', 'list', '--json', '--language', 'en'], cwd, env)).output);
    expect(listed).toMatchObject({ folder: join('data', 'models'), taken: name });
    expect(listed.models.find((model: { name: string }) => model.name === name)).toMatchObject({
      ...{ kind: 'nemo-ctc', taken: true, installed: { folder: place } },
    });

    expect(output).toMatch(/^ +punctuation-en +en +29 MiB +Apache-2\.0/m);
    expect(output).toMatch(/^ +speakers-campplus-zh-en +zh en +27 MiB +Apache-2\.0/m);
    const parts = [
      'WORDS COME',
      'whisper-small',
      'FOR PUNCTUATION',
      'punctuation-en',
      'FOR SPEAKERS',
      'speakers-campplus-en',
    ];
    const places = parts.map((part) => output.indexOf(part));
    expect(places).toEqual(places.toSorted((one, other) => one - other));

    expect(await run(['models', 'path', name], cwd)).toMatchObject({ code: 0, output: `${place}\n` });
    expect(await run(['models', 'path'], cwd)).toMatchObject({ code: 0, output: `${join('data', 'models')}\n` });
    expect(await run(['models', 'verify', name], cwd)).toMatchObject({
      ...{ code: 0, output: `${name}: ok, 2 files are what they were.\n` },
    });
    writeFileSync(join(cwd, place, 'model.int8.onnx'), 'something else');
    const verified = await run(['models', 'verify', '--json'], cwd);
    expect(verified.code).toBe(1);
    expect(JSON.parse(verified.output)).toMatchObject({ ok: false, models: [{ name, faults: [expect.any(String)] }] });

    expect(await run(['models', 'rm', name], cwd)).toMatchObject({ code: 0, errors: `${name} is removed.\n` });
    expect(existsSync(join(cwd, place))).toBe(false);
    for (const words of [
      ['rm', name],
      ['path', name],
      ['verify', name],
      ['pull', 'no-such-model'],
    ]) {
      const { code: refused, errors } = await run(['models', ...words], cwd, env);
      expect([words, refused, errors]).toEqual([words, 2, expect.stringMatching(/^There is no model /)]);
    }
  });

  it('says so where the machine is offline, and takes the archive that was brought by hand', async () => {
    const { url, close } = await mirror(() => undefined);
    await close();
    const cwd = folder();
    const { code, errors } = await run(['models', 'pull', name], cwd, { MODELS_MIRROR: url });
    expect(code).toBe(3);
    expect(errors).toContain('cannot be reached');
    expect(errors).toContain(`bring ${url}/${archiveName}.tar.bz2 here`);
    writeFileSync(join(cwd, `${archiveName}.tar.bz2`), await archive());
    const added = await run(['models', 'add', `${archiveName}.tar.bz2`], cwd);
    expect(added).toMatchObject({ code: 0, output: `${join('data', 'models', name)}\n` });
  });

  it('says so where it may not write', async () => {
    const cwd = folder();
    writeFileSync(join(cwd, 'data'), '');
    const { code, errors } = await run(['models', 'pull', name], cwd, { MODELS_MIRROR: 'http://127.0.0.1:9' });
    expect({ code, errors }).toEqual({ code: 4, errors: expect.stringContaining('there is a file where a folder') });
  });

  it('stops at Ctrl-C, and goes on from there', async () => {
    const content = await archive(300_000);
    const server = await mirror((request, response, visit, hold) =>
      honestly(content, visit === 1 ? { holdAfter: 100_000 } : {})(request, response, visit, hold),
    );
    const cwd = folder();
    const env = { MODELS_MIRROR: server.url };
    const part = join(cwd, 'data', 'models', '.work', `${name}.tar.bz2.part`);
    const first = launch(['models', 'pull', name], cwd, env);
    await arrival(part, 100_000, first.ended);
    first.child.kill('SIGINT');
    const { code, errors } = await first.ended;
    expect({ code, errors }).toEqual({ code: 130, errors: expect.stringContaining('What has arrived is kept') });
    expect(await run(['models', 'pull', name], cwd, env)).toMatchObject({ code: 0 });
    expect(server.visits.map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=100000-', undefined]);
  });

  it('is whole after kill -9, in the middle of the download and in the middle of unpacking', async () => {
    const content = await archive(3_000_000);
    const server = await mirror((request, response, visit, hold) =>
      honestly(content, visit === 1 ? { holdAfter: 1_000_000 } : {})(request, response, visit, hold),
    );
    const cwd = folder();
    const env = { MODELS_MIRROR: server.url };
    const shelf = join(cwd, 'data', 'models');
    const first = launch(['models', 'pull', name], cwd, env);
    await arrival(join(shelf, '.work', `${name}.tar.bz2.part`), 1_000_000, first.ended);
    first.child.kill('SIGKILL');
    await first.ended;
    expect(readdirSync(shelf)).toEqual(['.work']);

    const second = launch(['models', 'pull', name], cwd, env);
    await second.says(/Unpacking it/);
    second.child.kill('SIGKILL');
    await second.ended;
    expect(readdirSync(shelf)).toEqual(['.work']);
    expect((await run(['models', 'list', '--json'], cwd, env)).output).toContain('"taken"');

    expect(await run(['models', 'pull', name], cwd, env)).toMatchObject({ code: 0 });
    const place = join(shelf, name);
    expect(readFileSync(join(place, 'model.int8.onnx')).equals(weights(3_000_000))).toBe(true);
    expect(readdirSync(join(shelf, '.work'))).toEqual([`${name}.sha256`]);
    const ranges = server.visits.flatMap(({ headers }) => headers.range ?? []);
    expect(ranges).toEqual(['bytes=1000000-', `bytes=${content.length}-`]);
  });
});

describeWith([sherpaMissing() && 'sherpa-onnx-node'], 'a model that was added', { timeout: 240_000 }, () => {
  it('is where a server without a key takes it', async () => {
    const cwd = folder();
    expect(await run(['models', 'add', tinyModel('tiny-punctuation-en')], cwd)).toMatchObject({ code: 0 });
    expect((await run(['models', 'list'], cwd)).output).toMatch(
      /^\+ +tiny-punctuation-en +en .*\n(.*\n)*.* To get one: /m,
    );
    expect(await run(['models', 'add', tinyModel('tiny-streaming')], cwd)).toMatchObject({ code: 0 });
    const { output } = await run(['models', 'list'], cwd);
    expect(output).toMatch(/^\* +tiny-punctuation-en +en /m);
    expect(output).toContain('tiny-streaming. Finals are punctuated by tiny-punctuation-en.');
    expect(await run(['models', 'verify'], cwd)).toMatchObject({ code: 0 });
    const server = launch(['serve'], cwd, { LOG_LEVEL: 'info' });
    await server.says(/engine sherpa: .*tiny-streaming.*punctuated by tiny-punctuation-en/);
    await server.says(/listening/);
    server.child.kill('SIGTERM');
    expect((await server.ended).code).toBe(0);
  });
});

/** Resolves when the file has become so long; the child writes it, so there is nobody else to ask. */
async function arrival(path: string, bytes: number, ended: Promise<unknown>): Promise<void> {
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  while (!existsSync(path) || readFileSync(path).length < bytes) {
    if (isOver) throw new Error(`It has ended before ${path} had ${bytes} bytes.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
