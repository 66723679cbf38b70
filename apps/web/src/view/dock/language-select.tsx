import type { LanguageChoice } from '../../languages.ts';
import { useWords } from '../../words/index.ts';

export interface LanguageSelectProps {
  readonly choices: readonly LanguageChoice[];
  readonly chosen: string;
  readonly disabled: boolean;
  readonly onChoose: (code: string) => void;
}

export function LanguageSelect({ choices, chosen, disabled, onChoose }: LanguageSelectProps) {
  const { language } = useWords();
  return (
    <select
      class="language"
      aria-label={language.label}
      title={language.label}
      value={chosen}
      disabled={disabled}
      onChange={({ currentTarget }) => onChoose(currentTarget.value)}
    >
      {choices.map(({ code, name }) => (
        <option key={code} value={code} selected={code === chosen}>
          {name}
        </option>
      ))}
    </select>
  );
}
