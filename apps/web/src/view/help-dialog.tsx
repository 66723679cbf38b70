import { useWords } from '../words/index.ts';
import { useApp } from './app-context.ts';
import { Check, Dialog } from './controls.tsx';

export function HelpDialog() {
  const { help, preferences } = useApp();
  const { help: words } = useWords();
  const keys: readonly (readonly [key: string, means: string])[] = [
    [words.space, words.toggle],
    ['P', words.pause],
    ['Enter', words.commit],
    ['/', words.search],
    [words.end, words.newest],
    ['C', words.captions],
    ['+ −', words.size],
    ['1', words.live],
    ['2', words.history],
    ['3', words.debug],
    ['?', words.help],
    [words.escapeKey, words.escape],
  ];
  return (
    <Dialog open={help.value} title={words.title} onClose={() => (help.value = false)}>
      <dl class="keys">
        {keys.map(([key, means]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{means}</dd>
          </div>
        ))}
      </dl>
      <Check
        label={words.on}
        checked={preferences.current.value.shortcuts}
        onChange={(shortcuts) => preferences.change({ shortcuts })}
      />
    </Dialog>
  );
}
