import { type AudioDevice, devices } from '@live-transcribe/client';
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useWords } from '../words/index.ts';
import { useApp } from './app-context.ts';
import { Check, Dialog } from './controls.tsx';

/** As the wire has it. */
const longestPrompt = 8_000;

export function SettingsDialog() {
  const { settings } = useApp();
  const { settings: words } = useWords();
  return (
    <Dialog open={settings.value} title={words.title} onClose={() => (settings.value = false)}>
      <Recognition />
      <Microphone />
      <p class="hint">{words.later}</p>
    </Dialog>
  );
}

function Recognition() {
  const { preferences, server } = useApp();
  const { settings: words } = useWords();
  const { model, prompt, words: wordTimes } = preferences.current.value;
  return (
    <fieldset>
      <legend>{words.recognition}</legend>
      <label>
        {words.model}
        <input
          type="text"
          value={model}
          placeholder={server.info.value?.model ?? ''}
          spellcheck={false}
          autocomplete="off"
          aria-describedby="model-hint"
          onChange={({ currentTarget }) => preferences.change({ model: currentTarget.value })}
        />
        <small id="model-hint">{words.modelHint}</small>
      </label>
      <label>
        {words.prompt}
        <textarea
          rows={3}
          value={prompt}
          maxLength={longestPrompt}
          aria-describedby="prompt-hint"
          onChange={({ currentTarget }) => preferences.change({ prompt: currentTarget.value })}
        />
        <small id="prompt-hint">{words.promptHint}</small>
      </label>
      <Check
        label={words.words}
        hint={words.wordsHint}
        checked={wordTimes}
        onChange={(checked) => preferences.change({ words: checked })}
      />
    </fieldset>
  );
}

function Microphone() {
  const { preferences } = useApp();
  const { settings: words } = useWords();
  const known = useDevices();
  const chosen = preferences.current.value;
  return (
    <fieldset>
      <legend>{words.microphone}</legend>
      <label>
        {words.device}
        <select
          value={chosen.device}
          onChange={({ currentTarget }) => preferences.change({ device: currentTarget.value })}
        >
          <option value="">{words.systemDevice}</option>
          {known.map(({ id, label }, index) => (
            <option key={id} value={id} selected={id === chosen.device}>
              {label || words.unnamed(index + 1)}
            </option>
          ))}
        </select>
      </label>
      <Check
        label={words.echo}
        checked={chosen.echoCancellation}
        onChange={(checked) => preferences.change({ echoCancellation: checked })}
      />
      <Check
        label={words.noise}
        checked={chosen.noiseSuppression}
        onChange={(checked) => preferences.change({ noiseSuppression: checked })}
      />
      <Check
        label={words.gain}
        checked={chosen.autoGainControl}
        onChange={(checked) => preferences.change({ autoGainControl: checked })}
      />
    </fieldset>
  );
}

/** The microphones there are, as they come and go. */
function useDevices(): readonly AudioDevice[] {
  const known = useSignal<readonly AudioDevice[]>([]);
  useEffect(() => {
    // Typed as always there, but left out where the context is not secure: then the start tells what to do.
    const media: MediaDevices | undefined = navigator.mediaDevices;
    const look = () => {
      devices()
        .then((found) => (known.value = found.filter(({ id }) => id !== '')))
        .catch(() => undefined);
    };
    look();
    media?.addEventListener('devicechange', look);
    return () => media?.removeEventListener('devicechange', look);
  }, []);
  return known.value;
}
