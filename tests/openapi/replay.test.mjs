// Replays api/openapi.yaml against a demo of its own (FAJMA_PROGRAM): each answer must be one that the document names,
// of the shape that it describes, and no member may go undescribed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { startDemo, stopDemo } from '../system/demo/demo.mjs';
import { deref, document, flat, jsonOf, operations } from './document.mjs';
import { Replay } from './replay.mjs';

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv);
const validators = new Map();

function validatorOf(schema) {
  if (!validators.has(schema)) validators.set(schema, ajv.compile({ ...schema, components: document.components }));
  return validators.get(schema);
}

function schemaFaults(schema, value) {
  const validate = validatorOf(schema);
  return validate(value) ? [] : validate.errors.map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** Members that `schema` does not name, at any depth where it names some. */
function undescribed(schema, value, at = '') {
  const { anyOf, oneOf, properties, items, additionalProperties } = flat(schema);
  const choices = anyOf ?? oneOf;
  if (choices) return choices.map((each) => undescribed(each, value, at)).sort((a, b) => a.length - b.length)[0];
  if (Array.isArray(value)) return items ? value.flatMap((each) => undescribed(items, each, `${at}/0`)) : [];
  if (!value || typeof value !== 'object' || additionalProperties || !Object.keys(properties).length) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    properties[name] ? undescribed(properties[name], inner, `${at}/${name}`) : [`${at}/${name} is not described`],
  );
}

// The names of an answer, and of the first row of a list in it, in their order.
function namesIn(value) {
  const rows = value?.results ?? value?.statistiques ?? value;
  return [Object.keys(value?.results ? value : {}), Object.keys(Array.isArray(rows) ? (rows[0] ?? {}) : rows)];
}

function faultsOf({ operation, what }, { status, type, body }) {
  if (what !== 'example' && /^\d+$/.test(what) && Number(what) !== status) return [`answered ${status}`];
  if (!/^\d+$/.test(what) && status >= 300) return [`answered ${status}: ${JSON.stringify(body)}`];
  const described = deref(operation.responses[status]);
  if (!described) return [`${status} is not described`];
  const types = Object.keys(described.content ?? {});
  if (String(types) !== type) return [`is ${type || 'nothing'}, not ${types}`];
  const media = jsonOf(described);
  if (!media) return [];
  const faults = [...schemaFaults(media.schema, body), ...undescribed(media.schema, body)];
  const [is, wanted] = [namesIn(body), namesIn(media.example)].map(String);
  const comparable = what === 'example' && namesIn(body)[1].length > 0 && !media.schema.additionalProperties;
  return comparable && is !== wanted ? [...faults, `members ${is}, not ${wanted}`] : faults;
}

let demo;
before(async () => {
  demo = await startDemo(process.env.FAJMA_PROGRAM, ['--devices', '3']);
});
after(async () => stopDemo(demo));

test('every example of the document fits its schema', () => {
  const faults = [];
  let count = 0;
  for (const { method, path, requestBody, responses } of operations) {
    for (const [what, part] of [['body', requestBody], ...Object.entries(responses)]) {
      const media = jsonOf(part);
      if (!media) continue;
      count += 1;
      const found = [...schemaFaults(media.schema, media.example), ...undescribed(media.schema, media.example)];
      faults.push(...found.map((fault) => `${method} ${path} ${what}: ${fault}`));
    }
  }
  assert.deepEqual(faults, []);
  console.log(`${count} examples fit their schemas`);
});

test('the server answers each request as described', async () => {
  const faults = [];
  const seen = new Set();
  let answers = 0;
  const replay = new Replay(demo.page, (call, answer) => {
    const { method, path } = call.operation;
    answers += 1;
    seen.add(`${method} ${path} ${answer.status}`);
    faults.push(...faultsOf(call, answer).map((fault) => `${method} ${path} ${call.what}: ${fault}`));
  });
  await replay.all();
  assert.deepEqual(faults, []);
  const described = operations.flatMap(({ method, path, responses }) =>
    Object.keys(responses).map((status) => `${method} ${path} ${status}`),
  );
  const replayed = described.filter((each) => seen.has(each));
  console.log(`${answers} answers of ${operations.length} operations checked`);
  console.log(`${replayed.length} of ${described.length} described answers seen`);
  const unseen = operations.filter(({ method, path }) => ![...seen].some((each) => each.startsWith(`${method} ${path} 2`)));
  assert.deepEqual(unseen.map(({ operationId }) => operationId), [], 'each operation succeeded once');
});
