import { expect, it } from 'vitest';
import { type Place, placeOf, queryOf } from '../src/address.ts';

const places: readonly (readonly [query: string, place: Place])[] = [
  ['', { view: 'live' }],
  ['?something=else', { view: 'live' }],
  ['?debug', { view: 'debug' }],
  ['?history', { view: 'history' }],
  ['?session=a%2Fb', { view: 'session', id: 'a/b' }],
  ['?watch=1-2', { view: 'watch', id: '1-2' }],
  ['?watch=', { view: 'live' }],
  ['?overlay', { view: 'overlay', of: { is: 'newest' } }],
  ['?overlay&watch=1-2', { view: 'overlay', of: { is: 'session', id: '1-2' } }],
  ['?microphone&overlay', { view: 'overlay', of: { is: 'microphone' } }],
];

it.each(places)('%j leads to %j', (query, place) => {
  expect(placeOf(query)).toEqual(place);
});

it('what leads to a place leads back to it', () => {
  for (const [, place] of places) if (place.view !== 'overlay') expect(placeOf(queryOf(place))).toEqual(place);
});
