import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { KeptSession } from '../../gateway/kept-session.ts';
import { Player } from '../../live/player.ts';
import { type Problem, problemOf } from '../../problems.ts';
import { readingOf } from '../../transcript/reading.ts';
import { Transcript } from '../../transcript/transcript.ts';
import { useWords } from '../../words/index.ts';
import { useApp } from '../app-context.ts';
import { PlayerBar } from '../dock/player-bar.tsx';
import { Icon } from '../icon.tsx';
import { Notice } from '../notice.tsx';
import { SearchBar } from '../transcript/search-bar.tsx';
import { TranscriptActions } from '../transcript/transcript-actions.tsx';
import { TranscriptView } from '../transcript/transcript-view.tsx';
import { useShown } from '../use-shown.ts';
import { about, dateTime } from './session-entry.tsx';

/** One session of the history, to read. */
export function SessionView({ id }: { readonly id: string }) {
  const { gateway, navigation } = useApp();
  const words = useWords();
  const session = useSignal<KeptSession | undefined>(undefined);
  const problem = useSignal<Problem | undefined>(undefined);
  const transcript = useMemo(() => new Transcript(), [id]);
  const reading = useMemo(() => readingOf(transcript.rows), [transcript]);
  const player = useSignal<Player | undefined>(undefined);
  useShown(reading);
  useEffect(() => {
    const leaving = new AbortController();
    const load = async () => {
      const kept = await gateway.session(id, leaving.signal);
      session.value = kept;
      const run = transcript.begin(kept.startedAt);
      run.show(kept.items);
      run.close(kept.duration);
      if (kept.audio !== undefined) {
        const name = kept.audio.complete ? words.player.recording : words.player.incomplete;
        const tell = (told: Problem) => (problem.value = told);
        player.value = new Player({ name, url: gateway.audio(id) }, run, tell);
      }
      reading.scroller.toRow(0);
    };
    load().catch((thrown: unknown) => {
      if (!leaving.signal.aborted) problem.value = problemOf(thrown);
    });
    return () => {
      leaving.abort();
      player.value?.close();
      player.value = undefined;
    };
  }, [gateway, transcript]);

  const kept = session.value;
  return (
    <main class="reading">
      <SearchBar search={reading.search} />
      <TranscriptView reading={reading} live={false} player={player.value}>
        <div class="session-head">
          <button type="button" class="plain" onClick={() => navigation.go({ view: 'history' })}>
            <Icon name="back" />
            {words.history.back}
          </button>
          <Notice problem={problem.value} />
          {kept !== undefined && (
            <>
              <h2>{dateTime(kept.startedAt, words)}</h2>
              <p>{about(kept, words)}</p>
              <TranscriptActions reading={reading} session={id} at={kept.startedAt} />
            </>
          )}
        </div>
      </TranscriptView>
      {player.value !== undefined && <PlayerBar player={player.value} />}
    </main>
  );
}
