import { z } from 'zod';

export type JsonObject = Readonly<Record<string, unknown>>;

/** A schema as JSON Schema (2020-12); those with an `id` are collected in `named` and referred to from `prefix`. */
export class JsonSchemas {
  readonly named: Record<string, JsonObject> = {};
  readonly #prefix: string;

  /** `prefix`: where the named ones will stand in the document, such as `#/components/schemas/`. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** `io`: whether it describes what is given to the schema, or what the schema makes of that. */
  of(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
    const { $schema: _, $defs: definitions = {}, ...rest } = z.toJSONSchema(schema, { io });
    for (const [name, definition] of Object.entries(definitions)) this.#add(name, definition);
    const { id } = rest;
    if (id === undefined) return this.#relocated(rest);
    this.#add(id, rest);
    return { $ref: `${this.#prefix}${id}` };
  }

  #add(name: string, definition: JsonObject): void {
    // Its name says what it is; as a member it would be a keyword of another draft.
    this.named[name] ??= this.#relocated({ ...definition, id: undefined });
  }

  #relocated(value: JsonObject): JsonObject {
    const text = JSON.stringify(value).replaceAll('"#/$defs/', `"${this.#prefix}`);
    return JSON.parse(text);
  }
}
