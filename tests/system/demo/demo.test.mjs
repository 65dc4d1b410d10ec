// The demo as a person meets it: FAJMA_PROGRAM is started, looked at and ended. Node's own WebSocket came with Node 22:
// the few lines of handshake here serve Node 18 too.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmdirSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startDemo, stopDemo } from './demo.mjs';

const program = process.env.FAJMA_PROGRAM;
let demo;
const folder = mkdtempSync(join(tmpdir(), 'fajma-system.'));  // the demo makes its own in it
before(async () => (demo = await startDemo(program, [], { TMPDIR: folder })));
after(async () => stopDemo(demo));

/** Texts of a WebSocket, until `enough(texts)`. */
function texts(path, enough) {
  return new Promise((resolve, reject) => {
    const url = new URL(path, demo.page);
    const key = randomBytes(16).toString('base64');
    const headers = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': 13, 'Sec-WebSocket-Key': key };
    const timer = setTimeout(() => reject(new Error(`not enough on ${path}`)), 30_000);
    const request = http.get({ host: url.hostname, port: url.port, path: url.pathname + url.search, headers });
    request.on('error', reject);
    request.on('upgrade', (_, socket, head) => {
      let bytes = head;
      const got = [];
      const read = () => {
        for (;;) {
          if (bytes.length < 2) return;
          let size = bytes[1];
          let at = 2;
          if (size === 126) {
            if (bytes.length < 4) return;
            size = bytes.readUInt16BE(2);
            at = 4;
          }
          if (bytes.length < at + size) return;
          if ((bytes[0] & 15) === 1) got.push(JSON.parse(bytes.subarray(at, at + size).toString()));
          bytes = bytes.subarray(at + size);
          if (!enough(got)) continue;
          clearTimeout(timer);
          socket.destroy();
          return resolve(got);
        }
      };
      socket.on('data', (data) => {
        bytes = Buffer.concat([bytes, data]);
        read();
      });
      socket.on('error', reject);
      read();
    });
  });
}

async function get(path, token) {
  const response = await fetch(new URL(path, demo.page), { headers: token ? { Authorization: `Bearer ${token}` } : {} });
  return response.json();
}

async function login() {
  const response = await fetch(new URL('/api/token/', demo.page), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: 'demo', password: 'demo' }),
  });
  assert.equal(response.status, 200);
  return (await response.json()).access;
}

test('a socket without a token gets readings of the documented patient soon after the start', async () => {
  const got = await texts('/ws/iot/patient123/', (all) => all.some((text) => text.type === 'sensor_data'));
  assert.equal(got[0].type, 'connection_established');
  const reading = got.find((text) => text.type === 'sensor_data');
  assert.equal(reading.device_mac, 'AA:BB:CC:DD:EE:FF');
  assert.equal(typeof reading.cursor, 'number');
});

test('what was published over MQTT is on the socket, in REST and retained for integrators', async () => {
  const token = await login();
  const broker = new URL(demo.mqtt);
  const socket = texts('/ws/iot/patient2/', (all) => all.some((text) => text.data?.glucose === 123.25));
  await texts('/ws/iot/patient2/', (all) => all.length > 0);
  execFileSync('mosquitto_pub', ['-h', broker.hostname, '-p', broker.port, '-q', '1',
    '-t', 'fajma/v1/devices/aabbcc000002/data', '-m', '{"glucose":123.25}']);
  const frame = (await socket).find((text) => text.data?.glucose === 123.25);
  const page = await get(`/api/iot/donnees/?patient=${frame.patient_id}&type_donnee=glucose`, token);
  assert.ok(page.results.some((row) => row.valeur === 123.25 && row.timestamp === frame.timestamp));
  const mirrored = execFileSync('mosquitto_sub', ['-h', broker.hostname, '-p', broker.port, '-C', '1', '-W', '10',
    '-t', 'fajma/v1/patients/patient2/readings/glucose']);
  assert.equal(JSON.parse(mirrored).unit, 'mg/dL');
});

test('the counters of messages add up', async () => {
  const page = await (await fetch(new URL('/metrics', demo.page))).text();
  for (const door of ['mqtt', 'api']) {
    const count = (name) => Number(new RegExp(`^fajma_messages_${name}\\{door="${door}"\\} (\\d+)$`, 'm').exec(page)[1]);
    const settled = ['stored_total', 'duplicate_total', 'quarantined_total', 'refused_total', 'in_flight'];
    assert.equal(count('received_total'), settled.reduce((sum, name) => sum + count(name), 0), door);
    assert.ok(count('received_total') > 0, door);
  }
});

test('Ctrl-C ends it with 0, its broker with it, and its folder is gone', async () => {
  const port = new URL(demo.mqtt).port;
  assert.equal(await stopDemo(demo), 0);
  await assert.rejects(fetch(`http://127.0.0.1:${port}/`));
  assert.equal(existsSync(`/proc/${demo.child.pid}`), false);
  assert.deepEqual(readdirSync(folder), []);
  rmdirSync(folder);
});
