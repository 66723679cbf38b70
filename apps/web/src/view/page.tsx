import { useComputed, useSignal } from '@preact/signals';
import type { Dictation } from '../dictation.ts';
import type { EndFollower } from '../follow-end.ts';
import type { Readiness } from '../gateway.ts';
import type { GatewayWatch } from '../gateway-watch.ts';
import { languageChoices, preferredLanguage } from '../languages.ts';
import type { Problem } from '../problems.ts';
import { CopyButton } from './copy-button.tsx';
import { Header } from './header.tsx';
import { LanguageSelect } from './language-select.tsx';
import { LevelMeter } from './level-meter.tsx';
import { Notice } from './notice.tsx';
import { StartButton } from './start-button.tsx';
import { Status } from './status.tsx';
import { Transcript } from './transcript.tsx';
import { useSpaceBar } from './use-space-bar.ts';

export interface PageProps {
  readonly dictation: Dictation;
  readonly server: GatewayWatch;
  readonly end: EndFollower;
}

export function Page({ dictation, server, end }: PageProps) {
  const { phase, problem, segments } = dictation;
  const choices = useComputed(() => languageChoices(server.info.value?.languages ?? 'any'));
  const chosen = useSignal<string | undefined>(undefined);
  const language = useComputed(() => {
    const wanted = chosen.value;
    const onOffer = choices.value.some(({ code }) => code === wanted);
    return wanted !== undefined && onOffer ? wanted : preferredLanguage(choices.value, navigator.languages);
  });
  const notice = useComputed(
    () => problem.value ?? (phase.value === 'idle' ? problemOfServer(server.readiness.value) : undefined),
  );
  const toggle = () => dictation.toggle(language.value);
  useSpaceBar(toggle);

  const idle = phase.value === 'idle';
  const empty = segments.value.length === 0;
  return (
    <>
      <Header info={server.info.value} session={dictation.session.value} />
      <main>
        <Transcript segments={segments.value} />
      </main>
      <footer class="dock">
        <button type="button" class="to-end" hidden={end.following.value || empty} onClick={() => end.resume()}>
          Newest words
        </button>
        <Notice notice={notice.value} onDismiss={problem.value && (() => dictation.dismissProblem())} />
        <div class="listening">
          <Status phase={phase.value} heard={dictation.heard} />
          <LevelMeter level={dictation.level} />
        </div>
        <div class="controls">
          <LanguageSelect
            choices={choices.value}
            chosen={language.value}
            disabled={!idle}
            onChoose={(code) => (chosen.value = code)}
          />
          <StartButton phase={phase.value} onPress={toggle} />
          <div class="actions">
            <CopyButton segments={segments} />
            <button type="button" class="plain" disabled={!idle || empty} onClick={() => dictation.clear()}>
              New
            </button>
          </div>
        </div>
      </footer>
    </>
  );
}

function problemOfServer(readiness: Readiness | undefined): Problem | undefined {
  switch (readiness?.is) {
    case undefined:
    case 'ready':
      return undefined;
    case 'not ready':
      return { kind: 'error', what: 'This server cannot transcribe at the moment.', next: readiness.reason };
    case 'unreachable':
      return {
        kind: 'error',
        what: readiness.reason,
        next: 'Check that the server is running and that you are online. This page keeps trying.',
      };
  }
}
