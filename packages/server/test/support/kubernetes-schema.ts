import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** A manifest as a caller has parsed it. */
type Manifest = Readonly<Record<string, unknown>>;

/** What is wrong with a manifest by the schemas of Kubernetes, which say nothing of names that they do not know: we do. */
export function faultsOf(manifest: Manifest): string[] {
  const { apiVersion, kind } = manifest;
  const kinds = kindsOf(String(apiVersion));
  const model = kinds[String(kind)];
  if (typeof model !== 'function') return [`Kubernetes has no ${String(kind)} in ${String(apiVersion)}.`];
  const unread = new Map<string, Set<string>>();
  try {
    // As its prototype has it: an instance would be a copy, which has looked at everything.
    const { validate }: { validate(this: unknown): void } = model.prototype;
    validate.call(reading(manifest, String(kind), unread));
  } catch (thrown) {
    return [String(thrown)];
  }
  const names = [...unread].flatMap(([path, keys]) => [...keys].map((key) => `${path}.${key}`));
  return names.map((name) => `Kubernetes does not know ${name}.`);
}

/** Loaded when it is asked for: there are some hundreds. */
function kindsOf(apiVersion: string): Manifest {
  try {
    return require(`kubernetes-models/${apiVersion}`);
  } catch {
    return {};
  }
}

/** The same value; what its validation never looks at stays in `unread`: the schema has no such name. */
function reading(value: unknown, path: string, unread: Map<string, Set<string>>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const children = new Map<string, unknown>();
  const keys = new Set(Object.keys(value));
  unread.set(path, keys);
  return new Proxy(value, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key);
      if (typeof key !== 'string') return member;
      keys.delete(key);
      if (!children.has(key)) children.set(key, reading(member, `${path}.${key}`, unread));
      return children.get(key);
    },
  });
}
