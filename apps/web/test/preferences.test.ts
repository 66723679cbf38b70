import { describe, expect, it } from 'vitest';
import { preferenceStore, readPreferences, usual } from '../src/preferences.ts';

/** As much of a browser's storage as is used. */
class FakeStorage implements Storage {
  readonly #kept = new Map<string, string>();
  full = false;
  get length(): number {
    return this.#kept.size;
  }
  clear(): void {
    this.#kept.clear();
  }
  key(): null {
    return null;
  }
  getItem(key: string): string | null {
    return this.#kept.get(key) ?? null;
  }
  removeItem(key: string): void {
    this.#kept.delete(key);
  }
  setItem(key: string, value: string): void {
    if (this.full) throw new DOMException('full', 'QuotaExceededError');
    this.#kept.set(key, value);
  }
}

describe('what a person has chosen', () => {
  it('is there again after a reload, and all together', () => {
    const storage = new FakeStorage();
    const first = preferenceStore(() => storage);
    expect(first.current.value).toEqual(usual);
    first.change({ language: 'sv', prompt: 'Färja' });
    first.change({ textSize: 3, theme: 'dark', words: true, echoCancellation: false });
    const wanted = {
      language: 'sv',
      prompt: 'Färja',
      textSize: 3,
      theme: 'dark',
      words: true,
      echoCancellation: false,
    };
    expect(preferenceStore(() => storage).current.value).toEqual({ ...usual, ...wanted });
  });

  it('holds though the browser does not keep it, which is told until it does', () => {
    const storage = new FakeStorage();
    const store = preferenceStore(() => storage);
    storage.full = true;
    store.change({ language: 'fi' });
    expect([store.current.value.language, store.refused.value]).toEqual(['fi', true]);
    storage.full = false;
    store.change({ model: 'x' });
    expect(store.refused.value).toBe(false);
    const off = preferenceStore(() => {
      throw new DOMException('off', 'SecurityError');
    });
    off.change({ language: 'fi' });
    expect([off.current.value.language, off.refused.value]).toEqual(['fi', true]);
  });

  it.each([null, '', 'no json', '7', 'null', '[]', '{"textSize":99,"theme":"pink","source":"file","language":7}'])(
    'is as usual where %j was kept',
    (kept) => {
      expect(readPreferences(kept)).toEqual(usual);
    },
  );
});
