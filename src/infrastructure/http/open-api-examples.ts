import type { OpenAPIObject } from '@nestjs/swagger';
import { ownResponses, type Operation } from './open-api-responses';
import { PROBLEM_MEDIA_TYPE, type Problem } from './problem';

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly schema?: { readonly example?: string | number };
  example?: string | number;
}

const parametersOf = ({ parameters = [] }: Operation): Parameter[] => parameters as Parameter[];

/** A parameter has the example of its schema. */
export function examplesOfParameters(operation: Operation): void {
  for (const parameter of parametersOf(operation)) {
    const example = parameter.example ?? parameter.schema?.example;
    if (example !== undefined) parameter.example = example;
  }
}

/** The problems of an operation are about its own address. */
export function addressExamples(operation: Operation, path: string): void {
  const instance = parametersOf(operation)
    .filter((parameter) => parameter.in === 'path')
    .reduce((address, { name, example }) => address.replace(`{${name}}`, String(example ?? name)), path);
  for (const { response } of ownResponses(operation)) {
    const media = response.content?.[PROBLEM_MEDIA_TYPE];
    if (!media?.examples) continue;
    media.examples = Object.fromEntries(
      Object.entries(media.examples as Record<string, { summary: string; value: Problem }>).map(([code, example]) => [
        code,
        { ...example, value: { ...example.value, instance } },
      ]),
    );
  }
}

const SAFE_INTEGERS: Readonly<Record<string, number>> = {
  minimum: Number.MIN_SAFE_INTEGER,
  maximum: Number.MAX_SAFE_INTEGER,
};

/** Without the limits that every whole number of JavaScript has: they say nothing, and generated examples begin with them. */
export const withoutLimitsOfNumbers = (document: OpenAPIObject): OpenAPIObject =>
  JSON.parse(JSON.stringify(document), (key, value: unknown) =>
    Object.hasOwn(SAFE_INTEGERS, key) && value === SAFE_INTEGERS[key] ? undefined : value,
  ) as OpenAPIObject;
