// api/openapi.yaml says of each route what the program's own table says (FAJMA_PRINT_ROUTES prints that).
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { deref, flat, jsonOf, operations } from './document.mjs';

const routes = JSON.parse(execFileSync(process.env.FAJMA_PRINT_ROUTES, { encoding: 'utf8' }));
const nameOf = ({ method, path }) => `${method} ${path}`;
const described = new Map(operations.map((operation) => [nameOf(operation), operation]));
const sorted = (names) => [...names].sort();
const bodySchema = (operation) => jsonOf(operation.requestBody)?.schema;

// Type of a field → what its schema must be like.
const forms = {
  text: { type: 'string' },
  choice: { type: 'string' },
  integer: { type: 'integer' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  key: { type: 'integer' },
  json: {},
  object: { type: 'object' },
  ip: { type: 'string' },
  mac: { type: 'string' },
  date: { type: 'string', format: 'date' },
};

test('describes every route and no other', () => {
  assert.deepEqual(sorted(described.keys()), sorted(routes.map(nameOf)));
  console.log(`${routes.length} routes described`);
});

test('names the roles of each route', () => {
  for (const route of routes) {
    const operation = described.get(nameOf(route));
    const roles = route.roles.length ? route.roles : ['public'];
    assert.deepEqual(sorted(operation['x-roles']), sorted(roles), nameOf(route));
    assert.equal(operation.security?.length === 0, roles[0] === 'public', `${nameOf(route)}: security`);
  }
  console.log(`${routes.length} rows of roles equal`);
});

// What the schema says otherwise than the table, as "maxLength 50, not 100".
function faultsOf(field, schema) {
  const { type, format } = forms[field.type];
  const pairs = [
    ['type', type ? [schema.type ?? []].flat() : [], type ? [type, ...(field.nullable ? ['null'] : [])] : []],
    ['format', format && schema.format, format],
    ['enum', schema.enum ?? [], field.choices],
    ['maxLength', schema.maxLength ?? 0, field.max_length],
    ['minimum', schema.minimum ?? null, field.min],
    ['maximum', schema.maximum ?? null, field.max],
    ['may be empty', field.type === 'text' && !schema.minLength, field.type === 'text' && field.blank],
  ].map(([name, ...both]) => [name, ...both.map((value) => JSON.stringify(value))]);
  return pairs.filter(([, is, wanted]) => is !== wanted).map(([name, is, wanted]) => `${name} ${is}, not ${wanted}`);
}

function bodyFaults(route) {
  const schema = bodySchema(described.get(nameOf(route)));
  if (!schema || !route.fields.length) return Boolean(schema) === route.fields.length > 0 ? [] : ['body'];
  const { properties, required } = flat(schema);
  const names = sorted(route.fields.map(({ name }) => name));
  const needed = route.fields.filter((field) => field.required && route.method !== 'PATCH').map(({ name }) => name);
  return [
    [Object.keys(properties), names, 'fields'],
    [required, needed, 'required'],
  ]
    .filter(([is, wanted]) => String(sorted(is)) !== String(sorted(wanted)))
    .map(([is, wanted, what]) => `${what} ${sorted(is)}, not ${sorted(wanted)}`)
    .concat(
      route.fields
        .filter(({ name }) => properties[name])
        .flatMap((field) => faultsOf(field, deref(properties[field.name])).map((fault) => `${field.name}: ${fault}`)),
    );
}

test('describes the fields of each body as they are checked', () => {
  const faults = routes.flatMap((route) => bodyFaults(route).map((fault) => `${nameOf(route)} ${fault}`));
  assert.deepEqual(faults, []);
  console.log(`${routes.reduce((sum, { fields }) => sum + fields.length, 0)} fields of bodies equal`);
});

test('has an example of each body and of each answer of a JSON route', () => {
  let count = 0;
  for (const operation of operations) {
    const where = nameOf(operation);
    const body = jsonOf(operation.requestBody);
    if (body) assert.ok('example' in body, `${where}: example of the body`);
    for (const [status, answer] of Object.entries(operation.responses)) {
      const media = jsonOf(answer);
      if (media) assert.ok('example' in media, `${where}: example of ${status}`);
      count += Boolean(media);
    }
    count += Boolean(body);
  }
  console.log(`${count} examples stand in the document`);
});
