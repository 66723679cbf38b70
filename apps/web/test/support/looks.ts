/** Runs in the page: texts whose contrast with what is behind them is below WCAG's AA for text of any size. */
export function faintTexts(): string[] {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  if (canvas === null) throw new Error('no canvas');
  const rgba = (color: string) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (color: string) => {
    const [r = 0, g = 0, b = 0] = rgba(color).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element: Element | null): string => {
    if (element === null) return 'white';
    const color = getComputedStyle(element).backgroundColor;
    return rgba(color)[3] === 255 ? color : behind(element.parentElement);
  };
  const faint: string[] = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let checked = 0;
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    const element = node.parentElement;
    if (element === null || node.nodeValue?.trim() === '' || !element.checkVisibility()) continue;
    const [a, b] = [luminance(getComputedStyle(element).color), luminance(behind(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    checked++;
    // What cannot be pressed may be faint, says WCAG; its name is told by its title.
    if (contrast < 4.5 && element.closest(':disabled') === null) faint.push(`${contrast.toFixed(2)} ${node.nodeValue}`);
  }
  if (checked < 10) faint.push(`only ${checked} texts were there to check`);
  return faint;
}

/** Runs in the page before its own scripts: the sum of the layout shifts without a person's doing, as browsers report it. */
export function withShifts(): void {
  let sum = 0;
  const isShift = (entry: object): entry is { value: number; hadRecentInput: boolean } => 'hadRecentInput' in entry;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (isShift(entry) && !entry.hadRecentInput) sum += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
  Object.assign(window, { shifted: () => sum });
}
