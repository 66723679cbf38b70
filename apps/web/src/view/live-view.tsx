import { useWords } from '../words/index.ts';
import { useApp } from './app-context.ts';
import { SearchBar } from './transcript/search-bar.tsx';
import { TranscriptView } from './transcript/transcript-view.tsx';

export function LiveView() {
  const { own, dictation } = useApp();
  return (
    <main class="reading">
      <SearchBar search={own.search} />
      <TranscriptView reading={own} live player={dictation.player.value}>
        {own.rows.value.length === 0 && <Invitation />}
      </TranscriptView>
    </main>
  );
}

/** What the page is, who listens, and how good they are: for as long as there is nothing to read. */
function Invitation() {
  const { server, dictation, preferences } = useApp();
  const { invitation: words } = useWords();
  const info = server.info.value;
  const session = dictation.session.value;
  const engine = session?.engine ?? info?.engine;
  const model = session?.model ?? info?.model;
  return (
    <div class="invitation">
      <p class="title">{words.title}</p>
      {preferences.current.value.source === 'file' ? <p>{words.chooseFile}</p> : <HowToStart />}
      <div class="engine">
        {engine !== undefined && (
          <p>
            {words.engine} <b>{engine}</b>
            {model !== undefined && (
              <>
                , {words.model} <b>{model}</b>
              </>
            )}
            . <span lang="en">{info?.engineReason}</span>
          </p>
        )}
        {info?.caveat !== undefined && (
          <p class="caveat" lang="en">
            {info.caveat}
          </p>
        )}
      </div>
    </div>
  );
}

function HowToStart() {
  const { preferences } = useApp();
  const { invitation: words, controls } = useWords();
  return (
    <p>
      {words.press} <b>{controls.start}</b>
      {preferences.current.value.shortcuts && (
        <span class="by-key">
          {' '}
          {words.orThe} <kbd>{words.bar}</kbd>
        </span>
      )}
      . {words.end} <span class="wide-only">{words.file}</span>
    </p>
  );
}
