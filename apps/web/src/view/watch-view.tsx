import type { TranscriptionState } from '@live-transcribe/client';
import { useEffect, useMemo } from 'preact/hooks';
import { Watching } from '../live/watching.ts';
import { useWords, type Words } from '../words/index.ts';
import { useApp } from './app-context.ts';
import { Notice } from './notice.tsx';
import { SearchBar } from './transcript/search-bar.tsx';
import { TranscriptActions } from './transcript/transcript-actions.tsx';
import { TranscriptView } from './transcript/transcript-view.tsx';
import { useShown } from './use-shown.ts';

/** A session that others speak, as it is spoken. */
export function WatchView({ id }: { readonly id: string }) {
  const { gateway, navigation } = useApp();
  const { watch: words, status, controls } = useWords();
  const watching = useMemo(
    () => new Watching({ url: gateway.transcriptions, token: gateway.token, session: id }),
    [gateway, id],
  );
  useEffect(() => () => watching.close(), [watching]);
  const { reading, state, problem } = watching;
  useShown(reading);
  const { following } = reading.scroller;
  const empty = reading.rows.value.length === 0;
  return (
    <>
      <main class="reading">
        <SearchBar search={reading.search} />
        <TranscriptView reading={reading} live>
          {empty && state.value !== 'failed' && (
            <div class="invitation">
              <p class="title">{words.title}</p>
              <p>{state.value === 'ended' ? words.ended : words.waiting}</p>
            </div>
          )}
        </TranscriptView>
      </main>
      <footer class="dock">
        <button type="button" class="to-end" hidden={following.value || empty} onClick={() => reading.scroller.toEnd()}>
          {controls.newest}
        </button>
        <Notice problem={problem.value} />
        <div class="controls watching">
          <div class="status" data-phase={state.value === 'live' ? 'listening' : 'idle'}>
            <p role="status">{sentence(state.value, status)}</p>
          </div>
          <TranscriptActions reading={reading} session={id} />
          <button type="button" class="plain" onClick={() => navigation.go({ view: 'live' })}>
            {words.own}
          </button>
        </div>
      </footer>
    </>
  );
}

function sentence(state: TranscriptionState, words: Words['status']): string {
  switch (state) {
    case 'idle':
    case 'connecting':
    case 'reconnecting':
      return words.watchConnecting;
    case 'live':
    case 'stopping':
      return words.watching;
    case 'ended':
    case 'failed':
      return words.watchingEnded;
    default:
      return state satisfies never;
  }
}
