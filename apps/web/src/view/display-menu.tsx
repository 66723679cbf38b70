import { type Theme, textSizes } from '../preferences.ts';
import { useWords } from '../words/index.ts';
import { useApp } from './app-context.ts';
import { Check, Choice, Menu } from './controls.tsx';
import { Icon } from './icon.tsx';

export function DisplayMenu() {
  const { preferences, captions } = useApp();
  const { display: words } = useWords();
  return (
    <Menu icon="display" label={words.title}>
      {(close) => {
        const { textSize, highContrast, theme } = preferences.current.value;
        return (
          <>
            <div class="sizes">
              <span>{words.size}</span>
              <button
                type="button"
                aria-label={words.smaller}
                disabled={textSize === 0}
                onClick={() => preferences.change({ textSize: textSize - 1 })}
              >
                <Icon name="less" />
              </button>
              <output>{Math.round((textSizes[textSize] ?? 1) * 100)} %</output>
              <button
                type="button"
                aria-label={words.larger}
                disabled={textSize === textSizes.length - 1}
                onClick={() => preferences.change({ textSize: textSize + 1 })}
              >
                <Icon name="add" />
              </button>
            </div>
            <Choice<Theme>
              label={words.theme}
              choices={[
                { value: 'system', label: words.system },
                { value: 'light', label: words.light },
                { value: 'dark', label: words.dark },
              ]}
              chosen={theme}
              onChoose={(chosen) => preferences.change({ theme: chosen })}
            />
            <Check
              label={words.contrast}
              checked={highContrast}
              onChange={(checked) => preferences.change({ highContrast: checked })}
            />
            <button
              type="button"
              class="plain"
              onClick={() => {
                close();
                captions.value = true;
              }}
            >
              <Icon name="full" />
              {words.captions}
            </button>
          </>
        );
      }}
    </Menu>
  );
}
