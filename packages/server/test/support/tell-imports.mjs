// For `node --import`: writes the name of each package that is imported to stderr.
import { register } from 'node:module';

const hooks = `
import { writeSync } from 'node:fs';
export function resolve(specifier, context, next) {
  if (!/^[./]|^node:|^file:/.test(specifier)) writeSync(2, 'imported ' + specifier + '\\n');
  return next(specifier, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
