// `fajma demo --lan`: open to others, so everybody is asked for a password, each one random and printed once.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { startDemo, stopDemo } from './demo.mjs';

let demo;
before(async () => (demo = await startDemo(process.env.FAJMA_PROGRAM, ['--lan', '--devices', '3', '--self-test-every', '1'])));
after(async () => stopDemo(demo));

const printed = (start) => demo.lines.find((line) => line.startsWith(start))?.split(': ').at(-1);
const publish = (...account) =>
  spawnSync('mosquitto_pub', ['-h', '127.0.0.1', '-p', new URL(demo.mqtt).port, ...account, '-q', '1',
    '-t', 'fajma/v1/devices/aabbcc000001/data', '-m', '{"heart_rate":75}'], { timeout: 10_000 }).status;
async function login(password) {
  const body = JSON.stringify({ username: 'demo', password });
  const headers = { 'Content-Type': 'application/json' };
  return fetch(new URL('/api/token/', demo.page), { method: 'POST', headers, body });
}

test('the page asks for the printed password and tells it to nobody', async () => {
  assert.equal((await login('demo')).status, 401);
  assert.equal((await login(printed('password of demo'))).status, 200);
  assert.equal((await fetch(new URL('/api/demo/', demo.page))).status, 404);
});

test('the broker takes a device by its own name and the printed password', () => {
  assert.notEqual(publish(), 0, 'nobody is anonymous');
  assert.notEqual(publish('-u', 'aabbcc000001', '-P', 'demo'), 0);
  assert.equal(publish('-u', 'aabbcc000001', '-P', printed('mqtt password')), 0);
});

test("the self-test's probes pass the broker's rights", async () => {
  const seen = async () => Number(/^fajma_self_test_seen_total (\d+)$/m.exec(await (await fetch(new URL('/metrics', demo.page))).text())[1]);
  for (const until = Date.now() + 30_000; (await seen()) < 2 && Date.now() < until; );
  assert.ok((await seen()) >= 2);
});

test('a socket needs a token; the simulated devices have theirs', async () => {
  const handshake = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' };
  const { request } = await import('node:http');
  const status = (path) => new Promise((resolve, reject) => {
    const asked = request(new URL(path, demo.page), {
      headers: { ...handshake, 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' },
    });
    asked.on('response', (answer) => (answer.resume(), resolve(answer.statusCode)));
    asked.on('upgrade', (answer, socket) => (socket.destroy(), resolve(answer.statusCode)));
    asked.on('error', reject);
    asked.end();
  });
  assert.equal(await status('/ws/iot/patient123/'), 403);
  assert.equal(await status(`/ws/iot/patient123/?token=${printed('websocket token')}`), 101);

  const { access } = await (await login(printed('password of demo'))).json();
  const seen = new Set();
  for (const until = Date.now() + 30_000; seen.size < 3 && Date.now() < until; ) {
    const answer = await fetch(new URL('/api/iot/donnees/', demo.page), { headers: { Authorization: `Bearer ${access}` } });
    for (const row of (await answer.json()).results) seen.add(row.dispositif);
  }
  assert.ok(seen.size >= 3, 'MQTT and WebSocket devices are all let in');
});
