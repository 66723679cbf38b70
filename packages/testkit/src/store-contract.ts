import { setTimeout as wait } from 'node:timers/promises';
import { timelineMs } from '@live-transcribe/audio';
import type { LoggedEvent, LoggedFact, NewSession, Seq, SessionQuery, SessionStore } from '@live-transcribe/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** A store with what the suite needs to know of it. */
export interface StoreUnderTest {
  /** Opens the store, empty when the test began; several of them are servers that share it. */
  open(): Promise<SessionStore>;
  /** Frees what the test made, after the stores are closed. */
  dispose(): Promise<void>;
}

const begin = Date.UTC(2026, 0, 1);
const minute = 60_000;

/** What every store promises, as tests. `setup` makes an empty one for each. */
export function describeStoreContract(name: string, setup: () => Promise<StoreUnderTest>): void {
  describe(`store contract: ${name}`, { timeout: 30_000 }, () => {
    let subject: StoreUnderTest;
    let opened: SessionStore[];
    let store: SessionStore;

    const open = async () => {
      const another = await subject.open();
      opened.push(another);
      return another;
    };
    beforeEach(async () => {
      subject = await setup();
      opened = [];
      store = await open();
    });
    afterEach(async () => {
      for (const each of opened) await each.close();
      await subject.dispose();
    });

    /** A session with these texts, an hour after the last one that was made so. */
    const keep = async (id: string, texts: readonly string[], facts: readonly LoggedFact[] = []) => {
      const claim = await store.create(session(id, { startedAt: begin + opened.length }));
      await store.append(claim, numbered([openedBy(id), ...texts.map(final), ...facts]));
      return claim;
    };
    const ids = async (query: Partial<SessionQuery>) =>
      (await store.list({ limit: 50, ...query })).sessions.map(({ id }) => id);

    it('[ST1] gives a session back as it was created', async () => {
      const asked: NewSession = {
        id: 'b1b7a5b0-0000-4000-8000-000000000001',
        startedAt: begin + 123,
        recognition: {
          language: undefined,
          model: 'gpt-4o-transcribe',
          prompt: 'Names: Åsa, "Ole", \\',
          words: true,
          keywords: ['ångström'],
          languages: ['sv', 'en'],
          delay: 'low',
          turns: { kind: 'server_vad', threshold: 0.5 },
          noiseReduction: 'near_field',
        },
        resumable: true,
        keepAudio: false,
      };
      await store.create(asked);
      await store.create(session('plain', { resumable: false }));
      expect(await store.find(asked.id)).toEqual({
        ...asked,
        engine: '',
        state: 'live',
        endedAt: undefined,
        seq: 0,
        segments: 0,
        lastEnd: 0,
        duration: 0,
        preview: '',
      });
      expect(await store.find('plain')).toMatchObject({ resumable: false, recognition: session('plain').recognition });
    });

    it('[ST2] gives every kind of event back as it was, in order, after a number and up to a limit', async () => {
      const events = numbered(everyKind);
      const claim = await store.create(session('all'));
      await store.append(claim, events.slice(0, 4));
      await store.append(claim, events.slice(4));
      expect(await store.read('all', 0 as Seq, 1_000)).toEqual(events);
      expect(await store.read('all', 3 as Seq, 2)).toEqual(events.slice(3, 5));
      expect(await store.read('all', events.length as Seq, 10)).toEqual([]);
      expect(await store.read('none', 0 as Seq, 10)).toEqual([]);
    });

    it('[ST3] sums up what was said', async () => {
      const claim = await store.create(session('sum'));
      await store.append(claim, numbered([openedBy('sum', 'first')]));
      expect(await store.find('sum')).toMatchObject({ engine: 'first', state: 'live', seq: 1, duration: 0 });
      await store.append(claim, numbered([final('Hello there.'), failed(2), final('General   Kenobi!', 2)], 1));
      expect(await store.find('sum')).toMatchObject({
        seq: 4,
        segments: 3,
        lastEnd: 2_900,
        duration: 2_900,
        preview: 'Hello there. General Kenobi!',
        endedAt: undefined,
      });
      const before = Date.now();
      await store.append(claim, numbered([closed(4_000)], 4));
      const record = await store.find('sum');
      expect(record).toMatchObject({ state: 'closed', duration: 4_000, lastEnd: 2_900, seq: 5 });
      expect(record?.endedAt).toBeGreaterThanOrEqual(before);
      expect(record?.endedAt).toBeLessThanOrEqual(Date.now());
      await store.append(claim, numbered([resumedBy('second')], 5));
      expect(await store.find('sum')).toMatchObject({ engine: 'second', state: 'live', endedAt: undefined });
    });

    it('[ST4] keeps at most 200 characters for a list', async () => {
      await keep('long', ['word '.repeat(30), '😀'.repeat(300), 'more']);
      const { preview } = (await store.find('long')) ?? { preview: '' };
      expect(Array.from(preview)).toHaveLength(200);
      expect(preview).toMatch(/^(word ){30}😀+$/u);
    });

    it('[ST5] passes over what it has', async () => {
      const events = numbered([openedBy('twice'), final('One.'), final('Two.', 1)]);
      const claim = await store.create(session('twice'));
      await store.append(claim, events.slice(0, 2));
      await store.append(claim, events.slice(0, 2));
      await store.append(claim, events);
      await store.append(claim, events.slice(1, 2));
      await store.append(claim, []);
      expect(await store.read('twice', 0 as Seq, 10)).toEqual(events);
      expect(await store.find('twice')).toMatchObject({ seq: 3, segments: 2, preview: 'One. Two.' });
    });

    it('[ST6] refuses what would leave a hole, and goes on', async () => {
      const events = numbered([openedBy('hole'), final('One.'), final('Two.', 1), final('Three.', 2)]);
      const claim = await store.create(session('hole'));
      await store.append(claim, events.slice(0, 1));
      await expect(store.append(claim, events.slice(2))).rejects.toMatchObject(unavailable);
      await expect(
        store.append(
          claim,
          events.filter(({ seq }) => seq !== 3),
        ),
      ).rejects.toMatchObject(unavailable);
      await store.append(claim, events.slice(1));
      expect(await store.read('hole', 0 as Seq, 10)).toEqual(events);
    });

    it('[ST7] lets only the last claim append', async () => {
      const first = await store.create(session('fenced'));
      await store.append(first, numbered([openedBy('fenced')]));
      const taken = await store.claim('fenced');
      expect(taken?.record).toMatchObject({ id: 'fenced', seq: 1 });
      expect(taken?.claim.epoch).toBeGreaterThan(first.epoch);
      await expect(store.append(first, numbered([final('Late.')], 1))).rejects.toMatchObject(fenced);
      // Also what is there already: the old owner shall notice.
      await expect(store.append(first, numbered([openedBy('fenced')]))).rejects.toMatchObject(fenced);
      if (taken) await store.append(taken.claim, numbered([final('In time.')], 1));
      expect(await store.find('fenced')).toMatchObject({ seq: 2, preview: 'In time.' });
      expect(await store.claim('none')).toBeUndefined();
    });

    it('[ST8] claims a session again that is created again, and keeps another with its id out', async () => {
      const first = await store.create(session('again'));
      await store.append(first, numbered([openedBy('again')]));
      const second = await store.create(session('again'));
      expect(second.epoch).toBeGreaterThan(first.epoch);
      await expect(store.append(first, numbered([final('Late.')], 1))).rejects.toMatchObject(fenced);
      await expect(store.create(session('again', { startedAt: begin + 1 }))).rejects.toMatchObject(fenced);
      await store.append(second, numbered([final('On.')], 1));
      expect(await store.find('again')).toMatchObject({ seq: 2, startedAt: begin });
    });

    it('[ST9] keeps what many sessions say at once, each in its order', async () => {
      const texts = Array.from({ length: 20 }, (_, index) => `Number ${index}.`);
      const names = Array.from({ length: 50 }, (_, index) => `many-${index}`);
      await Promise.all(
        names.map(async (id) => {
          const claim = await store.create(session(id));
          const events = numbered([openedBy(id), ...texts.map(final)]);
          // Not waiting for one another: they arrive in order all the same.
          await Promise.all(events.map((event) => store.append(claim, [event])));
        }),
      );
      for (const id of names) {
        const said = await store.read(id, 0 as Seq, 100);
        expect(said.flatMap((event) => (event.kind === 'final' ? [event.text] : []))).toEqual(texts);
        expect(await store.find(id)).toMatchObject({ seq: 21, segments: 20 });
      }
    });

    it('[ST10] a fenced append does not disturb those beside it', async () => {
      const claims = await Promise.all(['a', 'b', 'c'].map((id) => store.create(session(id))));
      await store.claim('b');
      const results = await Promise.allSettled(
        claims.map((claim) => store.append(claim, numbered([openedBy(claim.session)]))),
      );
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect((await store.find('c'))?.seq).toBe(1);
    });

    it('[ST11] is one store for several servers, with one owner of a session at a time', async () => {
      const other = await open();
      const first = await store.create(session('shared'));
      await store.append(first, numbered([openedBy('shared')]));
      const claims = await Promise.all(
        Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? store : other).claim('shared')),
      );
      const epochs = claims.map((taken) => taken?.claim.epoch ?? 0);
      expect(new Set(epochs).size).toBe(10);
      const results = await Promise.allSettled(
        claims.flatMap((taken, index) =>
          taken ? [(index % 2 === 0 ? other : store).append(taken.claim, numbered([final(`${index}`)], 1))] : [],
        ),
      );
      const last = epochs.indexOf(Math.max(...epochs));
      expect(results.map(({ status }) => status === 'fulfilled')).toEqual(claims.map((_, index) => index === last));
      expect(await other.find('shared')).toMatchObject({ seq: 2, preview: `${last}` });
    });

    it('[ST12] lists the newest first, page by page, while more are added', async () => {
      const starts = [3, 1, 2, 2, 2, 9, 7, 8, 4, 6].map((at) => begin + at * minute);
      for (const [index, startedAt] of starts.entries()) await store.create(session(`p${index}`, { startedAt }));
      const seen: number[] = [];
      const names = new Set<string>();
      let cursor: string | undefined;
      do {
        const page = await store.list({ limit: 3, ...(cursor !== undefined && { cursor }) });
        expect(page.sessions.length).toBeLessThanOrEqual(3);
        for (const { startedAt, id } of page.sessions) {
          seen.push(startedAt);
          names.add(id);
        }
        cursor = page.next;
        await store.create(session(`late-${seen.length}`, { startedAt: begin + 60 * minute }));
      } while (cursor !== undefined);
      expect(seen).toEqual(starts.toSorted((a, b) => b - a));
      expect(names.size).toBe(10);
      expect((await store.list({ limit: 100 })).next).toBeUndefined();
    });

    it('[ST13] narrows a list by state, language and start', async () => {
      for (const [index, language] of ['sv', 'en', undefined].entries()) {
        const id = `f${index}`;
        const startedAt = begin + index * minute;
        const claim = await store.create(session(id, { startedAt, language }));
        await store.append(claim, numbered([openedBy(id), ...(index === 0 ? [closed(10)] : [])]));
      }
      expect(await ids({ state: 'closed' })).toEqual(['f0']);
      expect(await ids({ state: 'live' })).toEqual(['f2', 'f1']);
      expect(await ids({ language: 'sv' })).toEqual(['f0']);
      expect(await ids({ language: 'sv', state: 'live' })).toEqual([]);
      expect(await ids({ from: begin + minute })).toEqual(['f2', 'f1']);
      expect(await ids({ to: begin + minute })).toEqual(['f0']);
      expect(await ids({ from: begin + minute, to: begin + 2 * minute })).toEqual(['f1']);
    });

    it('[ST14] finds sessions by all of some words, the last one unfinished', async () => {
      await keep('live', ['The quick brown fox,', 'jumped over Ångström.']);
      await keep('done', ['A quick answer.', 'Ångström was here'], [closed(9)]);
      await keep('back', ['A quick return', 'of the fox'], [closed(9), resumedBy('x'), final('to Sweden', 3)]);
      await keep('away', ['Nothing of it.'], [closed(9)]);
      const found = async (text: string, query: Partial<SessionQuery> = {}) => (await ids({ text, ...query })).sort();
      expect(await found('quick')).toEqual(['back', 'done', 'live']);
      expect(await found('QUICK ångs')).toEqual(['done', 'live']);
      expect(await found('fox quick')).toEqual(['back', 'live']);
      expect(await found('swed qu')).toEqual([]);
      expect(await found('quick swed')).toEqual(['back']);
      expect(await found('qui fox')).toEqual([]);
      expect(await found('ngström')).toEqual([]);
      expect(await found('quick', { state: 'closed' })).toEqual(['done']);
      expect(await found('quick', { state: 'live' })).toEqual(['back', 'live']);
      expect(await found('quick', { language: 'xx' })).toEqual([]);
    });

    it('[ST15] finds what stands between marks, and in scripts without spaces', async () => {
      await keep('marks', [`It's "well-known": rock'n'roll/50% (x_y) a*b c:d`], [closed(9)]);
      await keep('signs', ['今日は東京に行きます'], [closed(9)]);
      await keep('nfd', ['Ame\u0301lie'.normalize('NFD'), 'ﬁnal ①'], [closed(9)]);
      for (const text of ["it's", 'well-known', 'known well', 'rock n roll', '50', 'x_y', 'a*b', 'c:d'])
        expect(await ids({ text })).toEqual(['marks']);
      expect(await ids({ text: '東京' })).toEqual(['signs']);
      expect(await ids({ text: 'amélie' })).toEqual(['nfd']);
      expect(await ids({ text: 'final 1' })).toEqual(['nfd']);
    });

    it('[ST16] takes anything as a search, and finds nothing by no word', async () => {
      await keep('one', ['or and not near select drop'], [closed(9)]);
      for (const text of ['', '  ', '"', "'", '*', '-', '()', '%', '\0', '\ud800', '😀', ':*', '\\', ';--', "';", '^'])
        expect(await ids({ text })).toEqual([]);
      for (const text of ['OR', 'AND NOT', 'near(', '"select', "drop'", 'or*', 'or:*', 'and & not', 'or" OR "x'])
        expect(await ids({ text })).toEqual(text.includes('x') ? [] : ['one']);
      const long = Array.from({ length: 2_000 }, (_, index) => `word${index}`).join(' ');
      expect(await ids({ text: long })).toEqual([]);
      expect(await ids({ text: 'or'.repeat(100_000) })).toEqual([]);
    });

    it('[ST17] pages through what was found, of sessions that live and of closed ones', async () => {
      for (let index = 0; index < 9; index += 1) {
        const id = `s${index}`;
        const claim = await store.create(session(id, { startedAt: begin + index * minute }));
        await store.append(
          claim,
          numbered([openedBy(id), final('same words'), ...(index % 2 === 0 ? [closed(9)] : [])]),
        );
      }
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await store.list({ text: 'same wor', limit: 2, ...(cursor !== undefined && { cursor }) });
        seen.push(...page.sessions.map(({ id }) => id));
        cursor = page.next;
      } while (cursor !== undefined);
      expect(seen).toEqual(['s8', 's7', 's6', 's5', 's4', 's3', 's2', 's1', 's0']);
    });

    it('[ST18] refuses a cursor that it has not given', async () => {
      for (const id of ['c1', 'c2', 'c3']) await store.create(session(id));
      const { next = '' } = await store.list({ limit: 1 });
      expect(await ids({ cursor: next })).toHaveLength(2);
      const other = await setup();
      const foreign = await other.open();
      try {
        for (const id of ['c1', 'c2']) await foreign.create(session(id));
        const page = await foreign.list({ limit: 1 });
        const flipped = `${next.slice(0, 4)}${next[4] === '0' ? '1' : '0'}${next.slice(5)}`;
        for (const cursor of ['', 'x', '1', next.slice(1), `${next} `, flipped, page.next ?? '', 'é'.repeat(9), '\0'])
          await expect(store.list({ limit: 1, cursor })).rejects.toMatchObject({ code: 'store_bad_cursor' });
      } finally {
        await foreign.close();
        await other.dispose();
      }
    });

    it('[ST19] deletes all that is kept of a session, and fences who speaks in it', async () => {
      const claim = await keep('gone', ['Secret words']);
      await keep('closed', ['Secret matters'], [closed(9)]);
      await keep('stays', ['Secret stays'], [closed(9)]);
      expect(await store.delete('gone')).toBe(true);
      expect(await store.delete('closed')).toBe(true);
      expect(await store.delete('gone')).toBe(false);
      expect(await store.find('gone')).toBeUndefined();
      expect(await store.read('gone', 0 as Seq, 10)).toEqual([]);
      expect(await ids({ text: 'secret' })).toEqual(['stays']);
      expect(await ids({})).toEqual(['stays']);
      await expect(store.append(claim, numbered([final('More')], 2))).rejects.toMatchObject(fenced);
      expect(await store.claim('gone')).toBeUndefined();
      await store.create(session('gone'));
      expect(await store.read('gone', 0 as Seq, 10)).toEqual([]);
    });

    it('[ST20] expires sessions that ended before a time, a few at a time', async () => {
      for (const id of ['e1', 'e2', 'e3']) {
        await keep(id, ['Old words'], [closed(9)]);
        await wait(2);
      }
      const middle = (await store.find('e3'))?.endedAt ?? 0;
      await keep('alive', ['Old words']);
      expect(await store.expire(middle - 86_400_000, 10)).toBe(0);
      expect(await store.expire(middle, 10)).toBe(2);
      expect((await ids({ text: 'old' })).sort()).toEqual(['alive', 'e3']);
      await keep('e4', ['Old words'], [closed(9)]);
      expect(await store.expire(Date.now() + 1_000, 1)).toBe(1);
      expect(await store.expire(Date.now() + 1_000, 10)).toBe(1);
      expect(await ids({})).toEqual(['alive']);
    });

    it('[ST21] knows no session by an id that is none', async () => {
      await store.create(session('a'));
      for (const id of ['', 'A', 'a ', '\0', 'a\0', '\ud800', "'", '%', 'x'.repeat(100_000)]) {
        expect(await store.find(id)).toBeUndefined();
        expect(await store.claim(id)).toBeUndefined();
        expect(await store.read(id, 0 as Seq, 1)).toEqual([]);
        expect(await store.delete(id)).toBe(false);
        await expect(store.append({ session: id, epoch: 1 }, numbered([openedBy(id)]))).rejects.toMatchObject(fenced);
      }
      expect(await ids({})).toEqual(['a']);
    });

    it('[ST22] keeps any text', async () => {
      const texts = [
        '\0',
        'a\0b',
        '\ud800',
        '\udc00x',
        '😀',
        '\u{10ffff}',
        '"\\/\b\f\n\r\t',
        "'; DROP TABLE events;--",
        '',
      ];
      await keep('any', texts, [closed(9)]);
      const said = await store.read('any', 0 as Seq, 100);
      expect(said.flatMap((event) => (event.kind === 'final' ? [event.text] : []))).toEqual(texts);
      expect(await ids({ text: 'drop table' })).toEqual(['any']);
    });

    it('[ST23] keeps a session of many words, and a final of very many', async () => {
      const words = Array.from({ length: 30_000 }, (_, index) => `w${index.toString(36).padStart(30, 'ö')}`);
      await keep('many', ['first word', words.join(' ')], [closed(9)]);
      expect(await store.find('many')).toMatchObject({ state: 'closed', segments: 2 });
      expect((await store.read('many', 2 as Seq, 1))[0]).toMatchObject({ text: words.join(' ') });
    });

    it('[ST24] has what it kept when it is opened again', async () => {
      const claim = await keep('kept', ['Still here'], [closed(9)]);
      const cursorOf = async (from: SessionStore) => (await from.list({ limit: 1 })).next;
      await store.create(session('newer', { startedAt: begin + minute }));
      const cursor = await cursorOf(store);
      await store.close();
      store = await open();
      expect(await store.find('kept')).toMatchObject({ seq: 3, state: 'closed' });
      expect(await ids({ text: 'still' })).toEqual(['kept']);
      expect(await ids(cursor === undefined ? {} : { cursor })).toEqual(['kept']);
      await store.append(claim, numbered([resumedBy('x')], 3));
    });

    it('[ST25] is ready, until it is closed; then it keeps nothing and says so', async () => {
      expect(await store.readiness()).toEqual({ ready: true });
      const claim = await store.create(session('end'));
      const last = store.append(claim, numbered([openedBy('end')]));
      await store.close();
      await last;
      await store.close();
      expect(await store.readiness()).toMatchObject({ ready: false });
      await expect(store.append(claim, numbered([final('x')], 1))).rejects.toMatchObject(unavailable);
      await expect(store.find('end')).rejects.toMatchObject(unavailable);
      await expect(store.create(session('x'))).rejects.toMatchObject(unavailable);
      const again = await open();
      expect((await again.find('end'))?.seq).toBe(1);
    });
  });
}

const unavailable = { name: 'StoreError', code: 'store_unavailable' };
const fenced = { name: 'StoreError', code: 'store_fenced' };

function session(
  id: string,
  {
    startedAt = begin,
    language = 'en',
    resumable = true,
  }: { startedAt?: number; language?: string | undefined; resumable?: boolean } = {},
): NewSession {
  return { id, startedAt, recognition: { language, model: 'm', prompt: undefined, words: false }, resumable };
}

/** Facts as events, numbered from after `last` on. */
function numbered(facts: readonly LoggedFact[], last = 0): LoggedEvent[] {
  return facts.map((fact, index) => ({ ...fact, seq: (last + index + 1) as Seq }));
}

const openedBy = (id: string, engine = 'ruler'): LoggedFact => ({
  kind: 'opened',
  session: id,
  engine,
  model: 'm',
  language: undefined,
});
const resumedBy = (engine: string): LoggedFact => ({
  kind: 'resumed',
  at: timelineMs(9),
  engine,
  model: 'm',
  language: undefined,
});
const span = (segment: number) => ({ start: timelineMs(segment * 1_000), end: timelineMs(segment * 1_000 + 900) });
const final = (text: string, segment = 0): LoggedFact => ({
  kind: 'final',
  segment,
  ...span(segment),
  text,
  vendorEvent: 'v',
});
const failed = (segment: number): LoggedFact => ({
  kind: 'segment_failed',
  segment,
  ...span(segment),
  error: { code: 'utterance_failed', message: 'No.' },
});
const closed = (duration: number): LoggedFact => ({ kind: 'closed', duration: timelineMs(duration), segments: 0 });

const everyKind: readonly LoggedFact[] = [
  { ...openedBy('all'), language: 'sv' } as LoggedFact,
  {
    kind: 'final',
    segment: 0,
    start: timelineMs(0.5),
    end: timelineMs(1_234.567),
    text: 'Hej "världen" 😀',
    words: [{ text: 'Hej', start: timelineMs(0.5), end: timelineMs(300), confidence: 0.25 }],
    confidence: 0.9,
    speaker: 'A',
    usage: { audioSeconds: 1.2, cost: 0.0001 },
    vendorEvent: 'completed',
  },
  { kind: 'words', segment: 0, words: [{ text: 'världen', start: timelineMs(300), end: timelineMs(900) }] },
  failed(1),
  { kind: 'gap', ...span(2), reason: { code: 'engine_lost', message: 'Lost.' } },
  { kind: 'engine_changed', at: timelineMs(3_000), planned: false, reason: { message: 'Why not.' } },
  { kind: 'closed', duration: timelineMs(4_000), segments: 2, stopped: true, usage: { inputTokens: 3 } },
  resumedBy('other'),
  { ...closed(5_000), error: { code: 'engine_lost', message: 'Lost.' } } as LoggedFact,
];
