/** Shows /openapi.json and /asyncapi.json to people. All text goes into text nodes: nothing in them is markup. */

const element = (name, ...children) => {
  const made = document.createElement(name);
  made.append(...children.filter((child) => child !== undefined && child !== ''));
  return made;
};

const quiet = (text) => {
  const made = element('p', text);
  made.className = 'quiet';
  return made;
};

const load = async (path) => {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} answered ${response.status}.`);
  return response.json();
};

/** What `$ref` stands for. */
const resolve = (schema, root) =>
  schema.$ref === undefined
    ? schema
    : schema.$ref
        .slice(2)
        .split('/')
        .reduce((at, name) => at[name], root);

/** A schema as a person writes it: `{ id: string, words?: [ … ] }`. */
const shape = (given, root, indent = '') => {
  const schema = resolve(given, root);
  const inner = `${indent}  `;
  const note = schema.description ? `  // ${schema.description}` : '';
  if (schema.const !== undefined) return `${JSON.stringify(schema.const)}${note}`;
  if (schema.enum) return `${schema.enum.map((value) => JSON.stringify(value)).join(' | ')}${note}`;
  if (schema.anyOf) return schema.anyOf.map((option) => shape(option, root, indent)).join(' | ');
  if (schema.type === 'array') return `[ ${shape(schema.items, root, indent)} ]${note}`;
  if (schema.type === 'object' && schema.properties) {
    const members = Object.entries(schema.properties).map(([name, value]) => {
      const optional = schema.required?.includes(name) ? '' : '?';
      return `${inner}${name}${optional}: ${shape(value, root, inner)}`;
    });
    return `{\n${members.join('\n')}\n${indent}}`;
  }
  const limits = ['minimum', 'maximum', 'maxLength', 'format'].flatMap((name) =>
    // The largest whole number says nothing.
    schema[name] === undefined || Math.abs(schema[name]) === Number.MAX_SAFE_INTEGER ? [] : [`${name} ${schema[name]}`],
  );
  const type = schema.type === undefined ? 'anything' : [schema.type].flat().join(' | ');
  return `${type}${limits.length > 0 ? ` (${limits.join(', ')})` : ''}${note}`;
};

const parameter = ({ name, in: where, required, description, schema }, root) => [
  element('dt', element('code', name), ` in the ${where}${required ? '' : ', optional'}`),
  element('dd', [description, shape(schema, root)].filter(Boolean).join(' ')),
];

const answer = ([status, { description, content = {} }], root) => [
  element('dt', element('code', status), ` ${description}`),
  ...Object.entries(content).map(([type, { schema }]) =>
    element('dd', type, type === 'application/json' ? element('pre', shape(schema, root)) : ''),
  ),
];

/** Who may ask. */
const needs = (security) =>
  security === undefined ? '' : quiet(`Needs the scope ${security.map(({ bearer }) => bearer).join(' or ')}.`);

const body = (given, root) =>
  given === undefined ? '' : element('pre', shape(given.content['application/json'].schema, root));

const operation = (path, method, { summary, parameters = [], responses, security, requestBody }, root) =>
  element(
    'details',
    element('summary', element('b', method.toUpperCase()), element('code', path), ' ', element('span', summary)),
    needs(security),
    body(requestBody, root),
    element('dl', ...parameters.flatMap((given) => parameter(given, root))),
    element('dl', ...Object.entries(responses).flatMap((response) => answer(response, root))),
  );

const message = (id, who, root) => {
  const { name, summary, payload } = root.components.messages[id];
  const text = payload.format === 'binary' ? 'binary' : shape(payload, root);
  return element(
    'details',
    element('summary', element('b', who), element('code', name), ' ', element('span', summary)),
    element('pre', text),
  );
};

const channel = ({ address, messages }, root) =>
  element(
    'section',
    element('h3', element('code', address)),
    ...Object.keys(messages).map((id) => message(id, id.includes('.client.') ? 'client' : 'server', root)),
  );

try {
  const [http, sockets] = await Promise.all([load('/openapi.json'), load('/asyncapi.json')]);
  document
    .querySelector('#http')
    .append(
      quiet(`Version ${http.info.version}`),
      ...Object.entries(http.paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, spec]) => operation(path, method, spec, http)),
      ),
    );
  document.querySelector('#sockets').append(...Object.values(sockets.channels).map((given) => channel(given, sockets)));
} catch (error) {
  const fault = document.querySelector('#fault');
  fault.textContent = `The description of the interface could not be loaded: ${error.message}`;
  fault.hidden = false;
}
