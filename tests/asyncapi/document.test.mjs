// api/asyncapi.yaml is AsyncAPI 3 without a fault, and has the topics and routes that the program has.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Parser } from '@asyncapi/parser';
import { document, faultsOf, matching, messages, source, textOf } from './document.mjs';

// Rules that are not minded, and why:
const allowed = ['asyncapi-latest-version']; // 3.0 is what the tools of today read

const addresses = (server) =>
  Object.values(document.channels).filter(({ servers }) => servers[0].$ref.endsWith(server)).map(({ address }) => address).sort();
const found = (path, pattern) => [...textOf(path).matchAll(pattern)].map(([, text]) => text).sort();

test('the parser has nothing to say', async () => {
  const { diagnostics } = await new Parser().parse(source);
  const faults = diagnostics.filter(({ code }) => !allowed.includes(code));
  assert.deepEqual(faults.map(({ code, path, message }) => `${code} ${path.join('.')}: ${message}`), []);
});

test('a warning of the parser would be seen', async () => {
  const { diagnostics } = await new Parser().parse(source.replace("'#/components/parameters/mac'", "'#/components/nothing'"));
  assert.notEqual(diagnostics.filter(({ code }) => !allowed.includes(code)).length, 0);
});

test('describes every topic of the grammar and no other', () => {
  assert.deepEqual(addresses('/broker'), found('bridge/topics.h', /TopicKind::k\w+, "([^"]+)"/g));
});

test('describes every route of WebSockets and no other', () => {
  const routes = found('api/ws/handshake.cpp', /(?:\{|path == )"(\/ws\/[a-z]+)\/?"/g);
  assert.deepEqual(addresses('/sockets').map((address) => /^\/ws\/[a-z]+/.exec(address)[0]), routes);
});

test('every message has examples, and each is that message and no other', () => {
  for (const { channel, action, name, examples } of messages) {
    assert.ok(examples?.length, `${channel}/${name} has an example`);
    for (const { payload } of examples) {
      const names = matching(channel, action, payload).map((each) => each.name);
      assert.deepEqual(names, [name], `${channel}/${name}: ${faultsOf(channel, action, payload)}`);
    }
  }
});

test('every message of a channel is in one of its operations', () => {
  for (const [channel, { messages: names }] of Object.entries(document.channels)) {
    const used = messages.filter((each) => each.channel === channel).map(({ name }) => name);
    assert.deepEqual([...new Set(used)].sort(), Object.keys(names).sort(), channel);
  }
});
