import { createRoot } from 'react-dom/client';
import { Dictation } from './dictation.jsx';

const url = new URLSearchParams(location.search).get('gateway') ?? 'http://localhost:8000/v1/transcriptions';

createRoot(document.getElementById('root')).render(<Dictation url={url} />);
