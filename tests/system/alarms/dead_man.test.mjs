// A sensor that dies, through the real program: one alert within three of its intervals and five seconds, and its end
// when the sensor is back. FAJMA_PROGRAM: the server.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { startDemo, stopDemo } from '../demo/demo.mjs';

const interval = 1;  // seconds
let demo;
let sensor;

after(async () => {
  sensor?.kill('SIGKILL');
  if (demo) await stopDemo(demo);
});

/** Sends a value twice in each interval until it is killed. */
function startSensor() {
  const { hostname, port } = new URL(demo.mqtt);
  const child = spawn('mosquitto_pub', ['-h', hostname, '-p', port, '-q', '1', '-l',
    '-t', 'fajma/v1/devices/aabbcc000001/data'], { stdio: ['pipe', 'inherit', 'inherit'] });
  child.stdin.on('error', () => {});  // of what is written while it dies
  const timer = setInterval(() => child.stdin.write('{"heart_rate":75}\n'), interval * 500);
  child.once('exit', () => clearInterval(timer));
  return child;
}

test('a sensor that dies is one alert within three intervals and five seconds', async () => {
  demo = await startDemo(process.env.FAJMA_PROGRAM, ['--devices', '0']);
  const url = (path) => new URL(path, demo.page);
  let headers = { 'Content-Type': 'application/json' };
  const ask = async (path, method = 'GET', body) => {
    const answer = await fetch(url(path), { method, headers, body: body && JSON.stringify(body) });
    assert.ok(answer.ok, `${path}: ${answer.status}`);
    return answer.json();
  };
  const login = await ask('/api/token/', 'POST', { username: 'demo', password: 'demo' });
  headers = { ...headers, Authorization: `Bearer ${login.access}` };
  const device = (await ask('/api/iot/dispositifs/')).results.find((each) => each.adresse_mac === 'AA:BB:CC:00:00:01');
  await ask(`/api/iot/dispositifs/${device.id}/`, 'PATCH', { intervalle_attendu: interval });
  const told = async () => (await ask(`/api/iot/alertes/?nature=technique&patient=${device.patient}`)).results;
  const present = async () => (await ask(`/api/iot/alertes/?nature=technique&etat=presente&patient=${device.patient}`)).count;
  const newest = async () => (await ask(`/api/iot/donnees/?dispositif=${device.id}`)).results[0]?.timestamp;
  const until = async (what, seconds, holds) => {
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await pause(50)) if (await holds()) return;
    assert.fail(what);
  };

  sensor = startSensor();
  await until('the sensor is not heard', 20, async () => (await newest()) !== undefined);
  const begun = Date.now();
  await until('time stands still', 20, async () => {
    assert.equal((await told()).length, 0, 'while it speaks');
    return Date.now() - begun > 6 * interval * 1000;
  });
  sensor.kill('SIGKILL');
  await once(sensor, 'exit');
  await until('nobody was told', 30, async () => (await told()).length > 0);
  const [alert] = await told();
  const waited = (Date.parse(alert.date_creation) - Date.parse(await newest())) / 1000;
  assert.ok(waited >= 3 * interval && waited <= 3 * interval + 5, `${waited} s`);
  assert.equal(alert.niveau, 'critical');
  assert.match(alert.message, /AA:BB:CC:00:00:01/);

  sensor = startSensor();
  await until('it does not end', 20, async () => (await present()) === 0);
  assert.equal((await told()).length, 1, 'one alert');
  console.log(`told ${waited.toFixed(1)} s after the last value`);
});
