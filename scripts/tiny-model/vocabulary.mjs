import { pick } from './random.mjs';

/** As in tokens.txt; "▁" begins a word, so that some words are made of two tokens. */
export const tokens = [
  '<blk>',
  ...['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'].map((word) => `▁${word}`),
  ...['yes', 'no', 'stop', 'left', 'right', 'hello'].map((word) => `▁${word}`),
  'ty',
];

const ending = tokens.indexOf('ty');
const stems = ['▁six', '▁seven', '▁nine'].map((stem) => tokens.indexOf(stem));

/** Every word the model knows, as its tokens' numbers. */
const words = [
  ...tokens.flatMap((token, index) => (token.startsWith('▁') ? [[index]] : [])),
  ...stems.map((stem) => [stem, ending]),
];

/** Whether there is a text in which `token` stands behind the token `before`; both by number. */
export const mayFollow = (before, token) => token !== ending || stems.includes(before);

export const textOf = (numbers) =>
  numbers
    .map((number) => tokens[number])
    .join('')
    .replaceAll('▁', ' ')
    .trim();

/** Words at random, as their tokens' numbers. */
export function phrase(random) {
  const count = 1 + Math.floor(random() * 5);
  return Array.from({ length: count }, () => pick(random, words));
}
