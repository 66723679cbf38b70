import workletUrl from '@live-transcribe/client/capture-worklet?worker&url';
import { signal } from '@preact/signals';
import { render } from 'preact';
import { navigation } from './address.ts';
import { followAppearance } from './appearance.ts';
import { accessToken } from './gateway/access.ts';
import { Gateway } from './gateway/gateway.ts';
import { watchGateway } from './gateway/gateway-watch.ts';
import { languageChoices, languageInForce } from './languages.ts';
import { Dictation } from './live/dictation.ts';
import { keepAwake } from './live/keep-awake.ts';
import { startRequest } from './live/start-request.ts';
import { preferenceStore } from './preferences.ts';
import { readingOf } from './transcript/reading.ts';
import { Transcript } from './transcript/transcript.ts';
import './styles/index.css';
import { type App, AppProvider } from './view/app-context.ts';
import { Page } from './view/page.tsx';
import { WordsProvider, wordsFor } from './words/index.ts';

const place = document.getElementById('page');
if (place === null) throw new Error('index.html has lost its element "page".');

const gateway = new Gateway(document.baseURI, accessToken());
const transcript = new Transcript();
const own = readingOf(transcript.rows);
const app: App = {
  gateway,
  server: watchGateway(gateway),
  navigation: navigation(),
  preferences: preferenceStore(() => localStorage),
  dictation: new Dictation({ url: gateway.transcriptions, token: gateway.token, workletUrl, transcript }),
  own,
  shown: signal(own),
  settings: signal(false),
  help: signal(false),
  captions: signal(false),
};

// Before anything is waited for: nothing is to be seen in colours that were not chosen.
followAppearance({ chosen: app.preferences.current, shown: app.shown });
keepAwake(app.dictation.phase);

const words = await wordsFor(navigator.languages);
document.documentElement.lang = words.tag;

const { value: asked } = app.navigation.place;
if (asked.view === 'overlay') {
  document.documentElement.dataset['view'] = 'overlay';
  const [{ Overlay }, { overlayFeed }] = await Promise.all([
    import('./overlay/overlay.tsx'),
    import('./overlay/overlay-feed.ts'),
  ]);
  const request = () => {
    const chosen = app.preferences.current.value;
    const choices = languageChoices('any', { tag: words.tag, auto: words.language.auto });
    const language = languageInForce(choices, { chosen: chosen.language, own: navigator.languages });
    return startRequest(chosen, language, undefined);
  };
  const feed = overlayFeed(asked.of, { gateway, dictation: app.dictation, request });
  draw(<Overlay feed={feed} />);
} else {
  draw(
    <AppProvider value={app}>
      <Page />
    </AppProvider>,
  );
}

function draw(page: preact.ComponentChild): void {
  if (place !== null) render(<WordsProvider value={words}>{page}</WordsProvider>, place);
}
