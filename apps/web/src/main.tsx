import workletUrl from '@live-transcribe/client/capture-worklet?worker&url';
import { render } from 'preact';
import { Dictation } from './dictation.ts';
import { followEnd } from './follow-end.ts';
import { Gateway } from './gateway.ts';
import { watchGateway } from './gateway-watch.ts';
import './style.css';
import { Page } from './view/page.tsx';

const gateway = new Gateway(document.baseURI);
const dictation = new Dictation({ url: gateway.transcriptions, workletUrl });
const place = document.getElementById('page');
if (place === null) throw new Error('index.html has lost its element "page".');
render(<Page dictation={dictation} server={watchGateway(gateway)} end={followEnd()} />, place);
