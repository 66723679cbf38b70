import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { useWords } from '../words/index.ts';
import { Icon, type IconName } from './icon.tsx';

export interface ActionProps {
  readonly icon: IconName;
  /** Read aloud everywhere; seen where there is room. */
  readonly label: string;
  readonly title?: string;
  readonly disabled?: boolean;
  readonly onPress: () => void;
}

/** A button with a sign and a word, of which narrow screens show the sign. */
export function Action({ icon, label, title, disabled, onPress }: ActionProps) {
  return (
    <button type="button" class="action" title={title ?? label} disabled={disabled} onClick={onPress}>
      <Icon name={icon} />
      <span>{label}</span>
    </button>
  );
}

export interface MenuProps {
  readonly icon: IconName;
  readonly label: string;
  readonly disabled?: boolean;
  /** Called with what closes the menu. */
  readonly children: (close: () => void) => ComponentChildren;
}

/** A button that opens a small sheet beside itself; a press elsewhere or Escape closes it. */
export function Menu({ icon, label, disabled, children }: MenuProps) {
  const [open, setOpen] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const sheet = useId();
  useEffect(() => {
    if (!open) return;
    const elsewhere = ({ target }: Event) => {
      if (target instanceof Node && !place.current?.contains(target)) setOpen(false);
    };
    document.addEventListener('pointerdown', elsewhere);
    document.addEventListener('focusin', elsewhere);
    return () => {
      document.removeEventListener('pointerdown', elsewhere);
      document.removeEventListener('focusin', elsewhere);
    };
  }, [open]);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    <div
      class="menu"
      ref={place}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !open) return;
        event.stopPropagation();
        close();
      }}
    >
      <button
        type="button"
        class="action"
        ref={button}
        title={label}
        disabled={disabled}
        aria-expanded={open}
        aria-controls={sheet}
        onClick={() => setOpen(!open)}
      >
        <Icon name={icon} />
        <span>{label}</span>
      </button>
      <div class="sheet" id={sheet} hidden={!open}>
        {open && children(close)}
      </div>
    </div>
  );
}

export interface DialogProps {
  readonly open: boolean;
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** Over everything else; Escape, the cross and a press beside it close it. */
export function Dialog({ open, title, onClose, children }: DialogProps) {
  const { controls } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={heading}
      onClose={onClose}
      onClick={({ target }) => {
        if (target === dialog.current) onClose();
      }}
    >
      {open && (
        <div class="dialog">
          <header>
            <h2 id={heading}>{title}</h2>
            <button type="button" class="quiet" aria-label={controls.close} onClick={onClose}>
              <Icon name="close" />
            </button>
          </header>
          {children}
        </div>
      )}
    </dialog>
  );
}

export interface CheckProps {
  readonly label: string;
  readonly hint?: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function Check({ label, hint, checked, onChange }: CheckProps) {
  return (
    <label class="check">
      <input type="checkbox" checked={checked} onChange={({ currentTarget }) => onChange(currentTarget.checked)} />
      <span>
        {label}
        {hint !== undefined && <small>{hint}</small>}
      </span>
    </label>
  );
}

export interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly choices: readonly { readonly value: T; readonly label: string; readonly icon?: IconName }[];
  readonly chosen: T;
  readonly disabled?: boolean;
  readonly onChoose: (value: T) => void;
}

/** A few things side by side, one of which holds. */
export function Choice<T extends string>({ label, choices, chosen, disabled, onChoose }: ChoiceProps<T>) {
  const name = useId();
  return (
    <fieldset class="choice" disabled={disabled} aria-label={label}>
      {choices.map(({ value, label: text, icon }) => (
        <label key={value} title={text}>
          <input type="radio" name={name} checked={value === chosen} onChange={() => onChoose(value)} />
          {icon !== undefined && <Icon name={icon} />}
          <span>{text}</span>
        </label>
      ))}
    </fieldset>
  );
}
