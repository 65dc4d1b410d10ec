// api/openapi.yaml as an object, and how to look things up in it.
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const document = parse(readFileSync(resolve(root, 'api/openapi.yaml'), 'utf8'));

/** What a `$ref` points to; anything else is itself. */
export function deref(node) {
  let found = node;
  while (found?.$ref) found = found.$ref.slice(2).split('/').reduce((inner, key) => inner[key], document);
  return found;
}

/** `schema` without `$ref` and `allOf` at its top: one object with all `properties` and all `required`. */
export function flat(schema) {
  const { allOf = [], ...own } = deref(schema);
  return [...allOf.map(flat), own].reduce(
    (all, part) => ({
      ...all,
      ...part,
      properties: { ...all.properties, ...part.properties },
      required: [...(all.required ?? []), ...(part.required ?? [])],
    }),
    {},
  );
}

const methods = ['get', 'post', 'put', 'patch', 'delete'];

/** Each operation, in the document's order: { method, path, parameters, ...as described }. */
export const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  methods.filter((method) => item[method]).map((method) => ({
    ...item[method],
    method: method.toUpperCase(),
    path,
    parameters: [...(item.parameters ?? []), ...(item[method].parameters ?? [])].map(deref),
  })),
);

/** The media type of a body or an answer as JSON; absent: it has no JSON. */
export const jsonOf = (bodyOrAnswer) => deref(bodyOrAnswer)?.content?.['application/json'];
