// api/asyncapi.yaml as an object, and which of its messages a frame is.
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const textOf = (path) => readFileSync(resolve(root, path), 'utf8');
export const source = textOf('api/asyncapi.yaml');
export const document = parse(source);

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);
const lookUp = ($ref) => $ref.slice(2).split('/').reduce((inner, key) => inner[key], document);
const last = ($ref) => $ref.split('/').at(-1);

function described(channel, name) {
  const { payload, examples } = lookUp(document.channels[channel].messages[name].$ref);
  const validate = ajv.compile({ ...payload, components: { schemas: document.components.schemas } });
  return { channel, name, payload, examples, validate };
}

/** Each message of each operation: { channel, action, name, payload, examples, validate }. */
export const messages = Object.values(document.operations).flatMap(({ action, channel: { $ref }, messages: some }) => {
  const channel = last($ref);
  const names = some?.map((each) => last(each.$ref)) ?? Object.keys(document.channels[channel].messages);
  return names.map((name) => ({ action, ...described(channel, name) }));
});

/** The channel of a topic or path; absent: the document has none. */
export function channelOf(address) {
  const pattern = (text) => new RegExp(`^${text.replace(/\{\w+\}/g, '[^/]+')}$`);
  return Object.entries(document.channels).find(([, channel]) => pattern(channel.address).test(address))?.[0];
}

/** The messages of the document that `value` is: none, or one. */
export const matching = (channel, action, value) =>
  messages.filter((each) => each.channel === channel && each.action === action && each.validate(value));

/** Why `value` is no message of the channel, by those that have its `type`, else by all. */
export function faultsOf(channel, action, value) {
  const known = messages.filter((each) => each.channel === channel && each.action === action);
  const typeOf = ({ payload }) => payload.properties?.type;
  const ofType = known.filter((each) => typeOf(each)?.const === value?.type || typeOf(each)?.enum?.includes(value?.type));
  return (ofType.length ? ofType : known).flatMap(({ name, validate }) => {
    validate(value);
    return (validate.errors ?? []).map(({ instancePath, message }) => `${name}${instancePath} ${message}`);
  });
}

/** What must be seen of a message: itself, and each choice of its `type` and `code`. */
export function choicesOf({ channel, action, name, payload }) {
  const choices = ['type', 'code'].flatMap((key) => (payload.properties?.[key]?.enum ?? []).map((value) => [key, value]));
  const where = `${action} ${channel}/${name}`;
  return choices.length ? choices.map(([key, value]) => ({ where: `${where} ${value}`, key, value })) : [{ where }];
}
