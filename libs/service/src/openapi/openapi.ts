import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { UNLIMITED } from '../limits/unlimited.decorator.js';
import { PROBLEM_TYPE, problemSchema } from '../problems/problem.js';

/** The name under which `@Authenticated()` routes refer to the access token. */
export const BEARER_SCHEME = 'accessToken';

/** Serves the OpenAPI document at `/openapi.json` and a page about it at `/docs`. */
export function serveOpenApi(
  app: NestFastifyApplication,
  { name, description, isLimited }: { name: string; description: string; isLimited: boolean },
): void {
  const head = new DocumentBuilder()
    .setTitle(`Trilith: ${name}`)
    .setDescription(description)
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, BEARER_SCHEME)
    .build();
  const document = SwaggerModule.createDocument(app, head, {
    standardSchemaConverter: convertSchema,
  });
  SwaggerModule.setup('docs', app, withProblems(document, isLimited), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: `Trilith: ${name}`,
    swaggerOptions: { persistAuthorization: true },
  });
}

interface JsonSchema {
  readonly definitions?: Record<string, object>;
  readonly [keyword: string]: unknown;
}

/** A zod schema as OpenAPI 3.0 writes it; one with a `meta({ id })` becomes a named component. */
function convertSchema(schema: unknown, { schemaType }: { schemaType: 'input' | 'output' }) {
  if (!(schema instanceof z.ZodType)) return undefined;
  const { definitions, ...converted } = z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: schemaType,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => dropSafeIntegerBounds(jsonSchema),
  }) as JsonSchema;
  return { schema: converted, ...(definitions && { components: definitions }) };
}

/** Every integer is a safe one: saying so at each would only hide the bounds that matter. */
function dropSafeIntegerBounds(schema: { minimum?: unknown; maximum?: unknown }): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}

const PROBLEM = { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } };

const TOO_MANY_REQUESTS = {
  description: 'Too many requests (`rate_limited`): `facts` name the policy and its limit',
  headers: {
    'Retry-After': { description: 'Seconds until then.', schema: { type: 'integer', minimum: 1 } },
    'RateLimit-Policy': {
      description:
        'The limits that hold here: name, quota `q`, seconds of its window `w`, whose count it is `pk`.',
      schema: { type: 'string', example: '"caller";q=1200;w=60;pk=:Mh1pFRkBUyMCQXQ2:' },
    },
    RateLimit: {
      description: 'What remains of each, `r`, and the seconds until it is there again, `t`.',
      schema: { type: 'string', example: '"caller";r=0;t=7;pk=:Mh1pFRkBUyMCQXQ2:' },
    },
  },
  content: PROBLEM,
};

/** Every operation may answer with a problem: said once here instead of on each route. */
function withProblems(document: OpenAPIObject, isLimited: boolean): OpenAPIObject {
  const schemas = {
    ...convertSchema(problemSchema, { schemaType: 'output' })?.components,
    ...document.components?.schemas,
  };
  for (const operation of operationsOf(document)) {
    operation.responses['default'] ??= { description: 'A problem (RFC 9457)', content: PROBLEM };
    if (isLimited && !operation[UNLIMITED]) operation.responses['429'] ??= TOO_MANY_REQUESTS;
  }
  return { ...document, components: { ...document.components, schemas } };
}

interface Operation {
  readonly responses: Record<string, unknown>;
  readonly [UNLIMITED]?: boolean;
}

function operationsOf(document: OpenAPIObject): Operation[] {
  return Object.values(document.paths).flatMap((path) =>
    Object.values(path as object).filter(
      (operation): operation is Operation =>
        typeof operation === 'object' && operation !== null && 'responses' in operation,
    ),
  );
}
