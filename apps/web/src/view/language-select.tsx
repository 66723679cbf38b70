import type { LanguageChoice } from '../languages.ts';

export interface LanguageSelectProps {
  readonly choices: readonly LanguageChoice[];
  readonly chosen: string;
  readonly disabled: boolean;
  readonly onChoose: (code: string) => void;
}

export function LanguageSelect({ choices, chosen, disabled, onChoose }: LanguageSelectProps) {
  return (
    <label class="language">
      <span>Language</span>
      <select value={chosen} disabled={disabled} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
        {choices.map(({ code, name }) => (
          <option key={code} value={code} selected={code === chosen}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
