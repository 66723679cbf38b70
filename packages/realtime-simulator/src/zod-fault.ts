import type { z } from 'zod';
import { type ApiFault, invalidRequest } from './api-fault.ts';

type Issue = z.core.$ZodIssue;

/** The first thing that is wrong with `input`, in the service's own codes. */
export function zodFault(error: z.ZodError, input: unknown): ApiFault {
  const issue = error.issues[0];
  if (!issue) return invalidRequest('invalid_value', 'The request is not valid.');
  const param = paramOf(issue.path);
  switch (issue.code) {
    case 'unrecognized_keys': {
      const unknown = paramOf([...issue.path, ...issue.keys.slice(0, 1)]);
      return invalidRequest('unknown_parameter', `Unknown parameter: '${unknown}'.`, unknown);
    }
    case 'invalid_type':
      if (valueAt(input, issue.path) === undefined) return missing(param);
      return invalidRequest('invalid_type', `Invalid type for '${param}': expected ${issue.expected}.`, param);
    case 'invalid_value':
    case 'invalid_union':
      if (valueAt(input, issue.path) === undefined) return missing(param);
      return invalidRequest('invalid_value', invalidValue(issue, valueAt(input, issue.path)), param);
    case 'too_big':
      if (issue.origin === 'string') {
        const text = `Invalid '${param}': string too long. At most ${issue.maximum} characters are allowed.`;
        return invalidRequest('string_above_max_length', text, param);
      }
      return invalidRequest(`${issue.origin}_above_max_value`, `Invalid '${param}': ${issue.message}`, param);
    case 'too_small':
      return invalidRequest(`${issue.origin}_below_min_value`, `Invalid '${param}': ${issue.message}`, param);
    case 'invalid_format':
    case 'not_multiple_of':
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
      break;
  }
  return invalidRequest('invalid_value', `Invalid '${param}': ${issue.message}`, param);
}

const missing = (param: string) =>
  invalidRequest('missing_required_parameter', `Missing required parameter: '${param}'.`, param);

function invalidValue(issue: Issue, value: unknown): string {
  const supported = 'values' in issue ? issue.values : 'options' in issue ? issue.options : undefined;
  const list = Array.isArray(supported)
    ? ` Supported values are: ${supported.map((each) => `'${String(each)}'`).join(', ')}.`
    : '';
  return `Invalid value: '${String(value).slice(0, 100)}'.${list}`;
}

/** As the service names a place: `session.include[0]`. */
const paramOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (whole, key) =>
      typeof key === 'number' ? `${whole}[${key}]` : whole === '' ? String(key) : `${whole}.${String(key)}`,
    '',
  );

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}
