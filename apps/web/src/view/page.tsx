import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { Place } from '../address.ts';
import { useWords } from '../words/index.ts';
import { useApp } from './app-context.ts';
import { BigCaptions } from './captions/big-captions.tsx';
import { Dock } from './dock/dock.tsx';
import { DropPlace } from './drop-place.tsx';
import { Header } from './header.tsx';
import { HelpDialog } from './help-dialog.tsx';
import { Later } from './later.tsx';
import { LiveView } from './live-view.tsx';
import { SettingsDialog } from './settings-dialog.tsx';
import { useShortcuts } from './use-shortcuts.ts';
import { useStarter } from './use-starter.ts';

export function Page() {
  const { navigation, dictation } = useApp();
  const { source } = useWords();
  const file = useRef<HTMLInputElement>(null);
  const starter = useStarter(() => file.current?.click());
  useShortcuts(starter);
  useTitle();
  const place = navigation.place.value;
  // Wherever one looks: what is running can be stopped.
  const docked = place.view === 'live' || (place.view !== 'watch' && dictation.phase.value !== 'idle');
  return (
    <>
      <Header />
      <View place={place} />
      {docked && <Dock starter={starter} />}
      <input
        ref={file}
        type="file"
        hidden
        aria-label={source.choose}
        accept="audio/*,video/*,.opus,.flac,.caf,.mka"
        onChange={({ currentTarget }) => {
          const chosen = currentTarget.files?.[0];
          // The same file may be chosen again.
          currentTarget.value = '';
          if (chosen !== undefined) starter.take(chosen);
        }}
      />
      <DropPlace onDrop={(dropped) => starter.take(dropped)} />
      <SettingsDialog />
      <HelpDialog />
      <BigCaptions />
    </>
  );
}

function View({ place }: { readonly place: Place }) {
  switch (place.view) {
    case 'live':
    case 'overlay':
      return <LiveView />;
    case 'history':
      return (
        <Later key="history" load={() => import('./history/history-view.tsx').then((it) => it.HistoryView)} with={{}} />
      );
    case 'session':
      return (
        <Later
          key={`session ${place.id}`}
          load={() => import('./history/session-view.tsx').then((it) => it.SessionView)}
          with={{ id: place.id }}
        />
      );
    case 'watch':
      return (
        <Later
          key={`watch ${place.id}`}
          load={() => import('./watch-view.tsx').then((it) => it.WatchView)}
          with={{ id: place.id }}
        />
      );
    case 'debug':
      return <Later key="debug" load={() => import('./debug/debug-view.tsx').then((it) => it.DebugView)} with={{}} />;
    default:
      return place satisfies never;
  }
}

/** Among other tabs it can be seen which one listens. */
function useTitle(): void {
  const { dictation } = useApp();
  const { status } = useWords();
  useSignalEffect(() => {
    const phase = dictation.phase.value;
    const state = phase === 'idle' ? '' : phase === 'paused' ? `${status.paused} – ` : '● ';
    document.title = `${state}live-transcribe`;
  });
}
