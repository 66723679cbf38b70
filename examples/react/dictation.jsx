import { devices, microphone } from '@live-transcribe/client';
import { useLiveTranscription } from '@live-transcribe/client/react';
import { useEffect, useState } from 'react';

export function Dictation({ url }) {
  const { state, segments, error, paused, start, stop, pause, resume } = useLiveTranscription({ url, language: 'en' });
  const [microphones, setMicrophones] = useState([]);
  const [deviceId, setDeviceId] = useState();
  const running = state !== 'idle' && state !== 'ended' && state !== 'failed';

  useEffect(() => {
    // Their names are told once the person has allowed one.
    void devices().then(setMicrophones);
  }, [state]);

  return (
    <main>
      <select value={deviceId} disabled={running} onChange={({ target }) => setDeviceId(target.value)}>
        {microphones.map(({ id, label }) => (
          <option key={id} value={id}>
            {label || 'Microphone'}
          </option>
        ))}
      </select>
      {running ? (
        <button onClick={() => void stop()}>Stop</button>
      ) : (
        <button onClick={() => void start(microphone(deviceId ? { deviceId } : {}))}>Start</button>
      )}
      {running && <button onClick={paused ? resume : pause}>{paused ? 'Go on' : 'Pause'}</button>}
      <p role="status">{error ? error.message : state}</p>
      {segments.map((segment) => (
        <p key={segment.index} style={{ opacity: segment.state === 'final' ? 1 : 0.6 }}>
          {segment.text}
        </p>
      ))}
    </main>
  );
}
