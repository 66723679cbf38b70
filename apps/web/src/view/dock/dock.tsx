import { useComputed } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { Readiness } from '../../gateway/gateway.ts';
import { languageChoices } from '../../languages.ts';
import { noticeOf, type Problem } from '../../problems.ts';
import { useWords } from '../../words/index.ts';
import { useApp } from '../app-context.ts';
import { Action } from '../controls.tsx';
import { Icon } from '../icon.tsx';
import { Notice } from '../notice.tsx';
import { TranscriptActions } from '../transcript/transcript-actions.tsx';
import type { Starter } from '../use-starter.ts';
import { FileProgress } from './file-progress.tsx';
import { LanguageSelect } from './language-select.tsx';
import { LevelMeter } from './level-meter.tsx';
import { PlayerBar } from './player-bar.tsx';
import { SourceChoice } from './source-choice.tsx';
import { StartButton } from './start-button.tsx';
import { Status } from './status.tsx';

/** What to press, always at hand. */
export function Dock({ starter }: { readonly starter: Starter }) {
  const { dictation, server, preferences, own, shown, settings } = useApp();
  const words = useWords();
  const { phase, problem, session, kind, progress, player } = dictation;
  const known = server.info.value?.languages ?? 'any';
  const names = { tag: words.tag, auto: words.language.auto };
  const choices = useMemo(() => languageChoices(known, names), [known, words]);
  const notice = useComputed(() => problem.value ?? idleProblem());
  const idle = phase.value === 'idle';
  const empty = own.rows.value.length === 0;
  const following = shown.value.scroller.following.value;

  function idleProblem(): Problem | undefined {
    if (phase.value !== 'idle') return undefined;
    return (
      problemOfServer(server.readiness.value) ?? (preferences.refused.value ? noticeOf('storage_full') : undefined)
    );
  }

  return (
    <footer class="dock" data-phase={phase}>
      <button
        type="button"
        class="to-end"
        hidden={following || shown.value.rows.value.length === 0}
        onClick={() => shown.value.scroller.toEnd()}
      >
        {words.controls.newest}
      </button>
      <Notice problem={notice.value} onDismiss={problem.value && (() => dictation.dismissProblem())} />
      {player.value !== undefined && <PlayerBar player={player.value} />}
      <div class="listening">
        <Status phase={phase.value} kind={kind.value} seconds={dictation.seconds} />
        {kind.value === 'file' && !idle ? (
          <FileProgress progress={progress.value} />
        ) : (
          <LevelMeter level={dictation.level} />
        )}
      </div>
      <div class="controls">
        <div class="what">
          <SourceChoice disabled={!idle} />
          <LanguageSelect
            choices={choices}
            chosen={starter.language.value}
            disabled={!idle}
            onChoose={(language) => preferences.change({ language })}
          />
          <Action icon="settings" label={words.settings.open} onPress={() => (settings.value = true)} />
        </div>
        <div class="go">
          <StartButton
            phase={phase.value}
            stuck={dictation.stuck.value}
            source={idle ? preferences.current.value.source : kind.value}
            onPress={() => starter.toggle()}
          />
          <button
            type="button"
            class="pause"
            hidden={phase.value !== 'listening' && phase.value !== 'paused'}
            title={phase.value === 'paused' ? words.controls.resume : words.controls.pause}
            onClick={() => dictation.togglePause()}
          >
            <Icon name={phase.value === 'paused' ? 'play' : 'pause'} />
            <span class="for-screen-readers">
              {phase.value === 'paused' ? words.controls.resume : words.controls.pause}
            </span>
          </button>
        </div>
        <TranscriptActions reading={own} session={session.value?.id}>
          <Action
            icon="add"
            label={words.controls.renew}
            title={words.controls.renewHint}
            disabled={!idle || empty}
            onPress={() => dictation.clear()}
          />
        </TranscriptActions>
      </div>
    </footer>
  );
}

function problemOfServer(readiness: Readiness | undefined): Problem | undefined {
  switch (readiness?.is) {
    case undefined:
    case 'ready':
      return undefined;
    case 'not ready':
      return { kind: 'error', code: 'server_not_ready', message: readiness.reason ?? '' };
    case 'unreachable':
      return { kind: 'error', code: 'server_unreachable', message: '' };
  }
}
