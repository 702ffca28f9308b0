/** The part of a JSON Schema that a sample can be made of. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly examples?: readonly unknown[];
  readonly example?: unknown;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly minLength?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema?: JsonSchema;
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, JsonSchema>> };
}

interface RawOperation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { schema?: JsonSchema }>> };
}

/** A route as its service describes it. */
export interface Operation {
  readonly method: string;
  /** `/v1/posts/{id}` */
  readonly path: string;
  /** Of something that is there, so that no route hides behind a 404. */
  readonly knownId: string;
  readonly query: readonly string[];
  /** The parameters that it cannot do without, as the query of a URL; empty for none. */
  readonly goodQuery: string;
  /** Headers of its own that it should take. */
  readonly headers: Readonly<Record<string, string>>;
  /** The media type of its body. */
  readonly bodyType: string;
  /** A body that the route should take; undefined where it takes none. */
  readonly goodBody: Readonly<Record<string, unknown>> | undefined;
  readonly bodyFields: readonly string[];
}

/**
 * Every route in a service's OpenAPI document. @throws when the document cannot be had.
 *
 * @param knownId an id that its routes know
 */
export async function operationsOf(url: string, knownId: string): Promise<Operation[]> {
  const response = await fetch(`${url}/openapi.json`);
  const document = (await response.json()) as OpenApi;
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, raw]) =>
      operation({ method: method.toUpperCase(), path, knownId }, raw, document),
    ),
  );
}

function operation(
  route: Pick<Operation, 'method' | 'path' | 'knownId'>,
  { parameters = [], requestBody }: RawOperation,
  document: OpenApi,
): Operation {
  const content = Object.entries(requestBody?.content ?? {});
  const [bodyType, { schema: body } = {}] = content.find(([type]) => BODY_TYPES.has(type)) ?? [''];
  const fields = body && resolve(body, document).properties;
  return {
    ...route,
    query: parameters.filter((one) => one.in === 'query').map(({ name }) => name),
    goodQuery: requiredQuery(parameters, document),
    headers: Object.fromEntries(
      parameters.filter((one) => one.in === 'header').map(({ name }) => [name, headerOf(name)]),
    ),
    bodyType,
    goodBody: body && (sample(body, document) as Record<string, unknown>),
    bodyFields: Object.keys(fields ?? {}),
  };
}

function requiredQuery(parameters: readonly Parameter[], document: OpenApi): string {
  const required = parameters.filter((one) => one.in === 'query' && one.required === true);
  const query = new URLSearchParams();
  for (const { name, schema } of required) {
    query.set(name, String(sample(schema ?? {}, document)));
  }
  return query.toString();
}

const BODY_TYPES = new Set(['application/json', 'application/merge-patch+json']);

/** For If-Match whatever version there is: it is the rest of the request that is tried. */
const ANY_VERSION = Array.from({ length: 1_200 }, (_, version) => `"${version}"`).join(',');

function headerOf(name: string): string {
  return name.toLowerCase() === 'if-match' ? ANY_VERSION : 'sample';
}

function resolve(schema: JsonSchema, document: OpenApi): JsonSchema {
  if (schema.$ref === undefined) return schema;
  const found = document.components?.schemas?.[schema.$ref.split('/').at(-1) ?? ''];
  if (found === undefined) throw new Error(`The document lacks ${schema.$ref}`);
  return resolve(found, document);
}

/** Of now: what is made or happened long ago may be refused for that. */
const NOW = new Date();
const NOW_HEX = NOW.getTime().toString(16).padStart(12, '0');

const BY_FORMAT: Readonly<Record<string, string>> = {
  email: 'sample@example.org',
  uuid: `${NOW_HEX.slice(0, 8)}-${NOW_HEX.slice(8)}-7000-8000-000000000001`,
  uri: 'https://example.org/sample.png',
  'date-time': NOW.toISOString(),
};

/** A value that the schema takes, or nearly: patterns are not read. */
function sample(given: JsonSchema, document: OpenApi): unknown {
  const schema = resolve(given, document);
  const { example, examples = [], enum: values = [], anyOf = [], format = '' } = schema;
  const [told] = [example, examples[0], schema.default, values[0]].filter(
    (one) => one !== undefined,
  );
  if (told !== undefined) return told;
  if (anyOf[0]) return sample(anyOf[0], document);
  if (schema.type === 'object' || schema.properties) {
    const entries = Object.entries(schema.properties ?? {});
    return Object.fromEntries(entries.map(([name, of]) => [name, sample(of, document)]));
  }
  if (schema.type === 'array') return schema.items ? [sample(schema.items, document)] : [];
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 1;
  if (schema.type === 'boolean') return true;
  return BY_FORMAT[format] ?? 'sample text'.padEnd(schema.minLength ?? 0, '.');
}
