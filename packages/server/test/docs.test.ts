import { readFileSync } from 'node:fs';
import { noticeTable } from '@live-transcribe/audio';
import { errorTable } from '@live-transcribe/core';
import { describe, expect, it } from 'vitest';
import { closeCode } from '../src/close-code.ts';
import { settings } from '../src/index.ts';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

describe('the documentation', () => {
  it.each(Object.values(settings).map(({ name, says }) => ({ name, says })))(
    'has the setting $name',
    ({ name, says }) => {
      expect(read('docs/operations.md')).toMatch(new RegExp(`^\\| \`${name}\` \\|.*\\| ${escape(says)} \\|$`, 'm'));
    },
  );

  it.each(Object.keys(errorTable))('has the error %s beside its close code', (code) => {
    const known = code as keyof typeof errorTable;
    expect(read('docs/protocols.md')).toMatch(new RegExp(`^\\| ${closeCode(known)} \\|.*\`${code}\``, 'm'));
  });

  it.each(Object.entries(noticeTable))('has the notice %s', (code, means) => {
    expect(read('docs/protocols.md')).toContain(`| \`${code}\` | ${means} |`);
  });

  it('offers every setting that is in use in .env.example', () => {
    const used = Object.values(settings).filter(({ says }) => !says.startsWith('Reserved'));
    const example = read('.env.example');
    expect(used.map(({ name }) => name).filter((name) => !example.includes(`${name}=`))).toEqual([]);
  });
});

const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
