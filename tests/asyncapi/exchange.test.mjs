// Every message of api/asyncapi.yaml between a demo of its own (FAJMA_PROGRAM) and its clients, both ways: each frame is
// one of the document, and each of the document was seen.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startDemo, stopDemo } from '../system/demo/demo.mjs';
import { choicesOf, faultsOf, matching, messages } from './document.mjs';
import { Recorder } from './recorder.mjs';

// What cannot be provoked from outside, and why:
const unseen = [
  'send alerts/error unavailable', // the database must fail
  'send alerts/alertError unavailable',
  'send chat/error unavailable',
];

const mac = 'AA:BB:CC:00:00:01'; // of patient1
const topic = 'fajma/v1/devices/aabbcc000001';
const reading = (data, more) => ({ type: 'sensor_data', device_mac: mac, data, ...more });
const future = '999999999999999';
let demo;
let recorder;
let token;

async function rest(method, path, body) {
  const headers = { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) };
  const response = await fetch(new URL(path, demo.page), { method, headers, body: JSON.stringify(body) });
  assert.ok(response.ok, `${method} ${path}: ${response.status}`);
  return response.json();
}

async function deviceOf(address) {
  const { results } = await rest('GET', '/api/iot/dispositifs/');
  return results.find((row) => row.adresse_mac === address);
}

const login = async (username) => (await rest('POST', '/api/token/', { username, password: 'demo' })).access;
const open = (path, query = '') => recorder.socket(demo.page, path, `?token=${token}${query}`);
const onBroker = (address, wanted = () => true) =>
  recorder.next((frame) => frame.address.startsWith(address) && frame.action === 'send' && wanted(frame.value));
const isType = (type) => (value) => value.type === type;

before(async () => {
  demo = await startDemo(process.env.FAJMA_PROGRAM, ['--devices', '3', '--device-rate', '5', '--self-test-every', '1']);
  recorder = new Recorder();
  const sentByServer = (channel) => messages.some((each) => each.channel === channel && each.action === 'send');
  await recorder.broker(demo.mqtt, sentByServer);
  token = await login('demo');
});
after(async () => {
  await recorder?.end();
  await stopDemo(demo);
});

/** What every route answers to what it does not understand. */
async function misuse(path) {
  const socket = await open(path, '&apres=none');
  await socket.answer(({ code }) => code === 'invalid_cursor');
  await socket.ask('{', { code: 'invalid_json' }, true);
  await socket.ask([1], { code: 'invalid_message' }, true);
  await socket.ask({ type: 'nothing' }, { code: 'unknown_type' }, true);
  await socket.ask({ type: 'ping' }, { type: 'pong' });
  socket.close();
  const ahead = await open(path, `&apres=${future}`);
  await ahead.answer(isType('gap'));
  ahead.close();
}

test('every route answers ping, a cursor of the future, and nonsense', async () => {
  for (const path of ['/ws/iot/patient1/', '/ws/monitoring/salle1/', '/ws/alerts/', '/ws/chat/equipe/']) await misuse(path);
});

test('ws/iot/: readings, confirmations, refusals', async () => {
  const ward = await open('/ws/monitoring/salle1/', '&mesures=1');
  await ward.ask({ type: 'get_stats' }, { type: 'monitoring_stats' });
  const device = await open('/ws/iot/patient1/', '&ack=1');
  await device.answer(isType('connection_established'));
  await device.ask(reading({ temperature: 36.5, heart_rate: 75, timestamp: '2025-01-20T10:30:00Z' }), { type: 'ack', stored: 2 });
  await device.ask(reading({ heart_rate: 76 }, { b: 12, s: 1 }), { type: 'ack', durable: 1 });
  await ward.answer(isType('sensor_data'));
  await device.answer(isType('sensor_data'));
  for (const data of [{ temperature: 99 }, { inconnu: 1 }, [1]]) {
    await device.ask(reading(data), { code: 'invalid_data', message: 'Données invalides.' }, true);
  }
  await device.ask({ type: 'sensor_data' }, { code: 'invalid_data' }, true);
  await device.ask({ ...reading({ heart_rate: 75 }), device_mac: '00:00:00:00:00:00' }, { code: 'unknown_device' });
  await device.ask({ ...reading({ heart_rate: 75 }), device_mac: 'AA:BB:CC:00:00:02' }, { code: 'forbidden_device' });
  const answer = { type: 'command_result', device_mac: mac, command_id: 'unknown', status: 'done' };
  await device.ask(answer, { code: 'unknown_command' });
  await device.ask({ ...answer, status: 'perhaps' }, { code: 'invalid_data', message: 'Données invalides.' }, true);
  await device.ask({ type: 'command_result' }, { code: 'invalid_data' }, true);
});

test('a command reaches a device on its socket and over MQTT, and both answer', async () => {
  const device = await open('/ws/iot/patient1/', '&ack=1');
  await device.ask(reading({ heart_rate: 77 }), { type: 'ack' });
  await rest('POST', `/api/iot/dispositifs/${(await deviceOf(mac)).id}/send-command/`, { command: 'restart', params: { delay: 5 } });
  const { value } = await device.answer(isType('command'));
  await device.ask({ type: 'command_result', device_mac: mac, command_id: value.command_id, status: 'done' }, { type: 'ack' });
  await recorder.publish('fajma/v1/devices/aabbcc000002/status', { status: 'online', firmware: '1.2.0', battery: 88, boot: 7 });
  const second = await open('/ws/iot/patient2/', '&apres=0');
  await recorder.publish('fajma/v1/devices/aabbcc000002/data', { heart_rate: 78 });
  await second.answer(({ data }) => data?.heart_rate === 78);  // so its status was taken before
  await rest('POST', `/api/iot/dispositifs/${(await deviceOf('AA:BB:CC:00:00:02')).id}/send-command/`, { command: 'restart' });
  const sent = await onBroker('fajma/v1/devices/aabbcc000002/commands/');
  await recorder.publish(`${sent.address}/result`, { status: 'done', detail: 'restarted' });
});

test('alerts: raised, risen, acknowledged, resolved, on sockets and over MQTT', async () => {
  const iot = await open('/ws/iot/patient1/');
  const alerts = await open('/ws/alerts/');
  await alerts.answer(isType('active_alerts'));
  await alerts.ask({ type: 'get_active' }, { type: 'active_alerts' });
  const rise = async (temperature, type) => {
    await recorder.publish(`${topic}/data`, { temperature });
    return (await iot.answer((value) => value.type === type && value.alert.titre.startsWith('Temp'))).value.alert.id;
  };
  await rise(38.6, 'alert');
  const id = await rise(40, 'alert_escalated');
  await alerts.ask({ type: 'escalate', alert_id: id }, { type: 'alert_escalated' });
  await alerts.ask({ type: 'escalate', alert_id: id }, { code: 'not_escalated' });
  await alerts.ask({ type: 'silence', alert_id: id, minutes: 5 }, { type: 'alert_updated', fait: 'silenced' });
  await alerts.ask({ type: 'silence', alert_id: id, minutes: 0 }, { type: 'alert_updated', fait: 'heard' });
  await alerts.ask({ type: 'silence', alert_id: id, minutes: 0 }, { code: 'not_silenced' });
  await alerts.ask({ type: 'comment', alert_id: id, commentaire: 'vu' }, { type: 'alert_updated', fait: 'commented' });
  await alerts.ask({ type: 'assign', alert_id: id, utilisateur: 1 }, { type: 'alert_updated', fait: 'assigned' });
  await alerts.ask({ type: 'assign', alert_id: id, utilisateur: 1 }, { code: 'already_assigned' });
  await alerts.ask({ type: 'acknowledge', alert_id: id }, { type: 'alert_acknowledged' });
  await alerts.ask({ type: 'acknowledge', alert_id: id }, { code: 'already_acknowledged' });
  await alerts.ask({ type: 'acknowledge', alert_id: 999999 }, { code: 'not_found' });
  await alerts.ask({ type: 'acknowledge', alert_id: '1' }, { code: 'invalid_data' }, true);
  await onBroker('fajma/v1/patients/patient1/alerts/', (value) => value?.acquittee);
  await rise(36.8, 'alert_resolved');
  await recorder.publish(`${topic}/data`, { heart_rate: 190 });
  await alerts.answer((value) => value.type === 'alert' && value.alert.patient === 1);
  const ward = await open('/ws/monitoring/salle1/', '&mesures=1&apres=0');
  for (const type of ['alert', 'alert_escalated', 'alert_acknowledged', 'alert_resolved']) await ward.answer(isType(type));
  await onBroker('fajma/v1/patients/patient1/alerts/', (value) => value === null);
  await recorder.socket(demo.page, '/ws/alerts/', `?token=${await login('infirmier')}&etat=presente`)
    .then((nurse) => nurse.ask({ type: 'escalate', alert_id: id }, { code: 'forbidden' }));
});

test('MQTT: every form of data, what was refused, what is cleared', async () => {
  const forms = [
    reading({ heart_rate: 75 }),
    { b: 12, s: 1, u: 1000, m: { heart_rate: 75 } },
    { heart_rate: 75 },
    { ts: Date.now(), values: { heart_rate: 75 } },
    [{ heart_rate: 75 }, { b: 13, s: 1, m: { heart_rate: 76 } }],
    [{ bn: 'urn:dev:mac:aabbcc000003:', n: 'heart_rate', u: 'beat/min', v: 75 }, { n: 'temperature', u: 'Cel', v: 36.5 }],
  ];
  forms[0].device_mac = 'AA:BB:CC:00:00:03';
  for (const form of forms) await recorder.publish('fajma/v1/devices/aabbcc000003/data', form);
  await onBroker('fajma/v1/devices/aabbcc000003/ack');
  await onBroker('fajma/v1/patients/patient3/readings/temperature');
  await recorder.publish('fajma/v1/devices/aabbcc000003/data', { b: 13, s: 2, m: { heart_rate: 999 } }, true);
  await onBroker('fajma/v1/devices/aabbcc000003/reject', ({ seq }) => seq === 2);

  const given = await deviceOf('AA:BB:CC:00:00:03');
  await rest('PATCH', `/api/iot/dispositifs/${given.id}/`, { patient: (await deviceOf(mac)).patient });
  await recorder.publish('fajma/v1/devices/aabbcc000003/data', { heart_rate: 75 });
  await onBroker('fajma/v1/patients/patient3/readings/', (value) => value === null);
});

test('ws/chat/: messages, history, typing, presence, and too many', async () => {
  const chat = await open('/ws/chat/equipe/');
  await chat.answer(isType('chat_history'));
  await chat.answer(isType('user_joined'));
  const other = await recorder.socket(demo.page, '/ws/chat/equipe/', `?token=${await login('medecin')}`);
  await chat.answer((value) => value.type === 'user_joined' && value.username === 'medecin');
  await chat.ask({ type: 'chat_message', message: 'Bonjour, é' }, { type: 'chat_message' });
  await chat.ask({ type: 'chat_message', message: '  ' }, { code: 'invalid_data' }, true);
  await chat.ask({ type: 'history', limit: 1, before: 1000 }, { type: 'chat_history', before: 1000 });
  await chat.ask({ type: 'typing' }, { type: 'typing' });
  other.close();
  await chat.answer(isType('user_left'));
  const limited = chat.answer(({ code }) => code === 'rate_limited');
  for (let sent = 0; sent < 25; ++sent) chat.send({ type: 'history' });
  await limited;
});

test('ws/iot/: a device that sends too much is told', async () => {
  const device = await open('/ws/iot/patient2/');
  const limited = device.answer(({ code }) => code === 'rate_limited');
  for (let sent = 0; sent < 100; ++sent) device.send(reading({ heart_rate: 75 }, { device_mac: 'AA:BB:CC:00:00:02' }));
  await limited;
  device.close();
});

test('ws/alerts/ and ws/monitoring/: who acts too often is told', async () => {
  for (const [path, value] of [
    ['/ws/alerts/', { type: 'acknowledge', alert_id: 999999 }],
    ['/ws/alerts/', { type: 'get_active' }],
    ['/ws/monitoring/salle1/', { type: 'get_stats' }],
  ]) {
    const socket = await open(path);
    const limited = socket.answer(({ code }) => code === 'rate_limited');
    for (let sent = 0; sent < 60; ++sent) socket.send(value);
    await limited;
    socket.close();
  }
});

test('a broker that stands still is told to the wards as the system\'s, until it goes on', async () => {
  const alerts = await open('/ws/alerts/');
  const ward = await open('/ws/monitoring/salle1/');
  await alerts.answer(isType('active_alerts'));
  const children = readFileSync(`/proc/${demo.child.pid}/task/${demo.child.pid}/children`, 'utf8').trim().split(' ');
  const broker = children.map(Number).find((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('mosquitto'));
  const told = (etat) => Promise.all([alerts, ward].map((each) =>
    each.answer((value) => value.type === 'system_alert' && value.condition === 'alarm_path' && value.etat === etat)));
  process.kill(broker, 'SIGSTOP');
  try {
    await told('presente');
  } finally {
    process.kill(broker, 'SIGCONT');
  }
  await told('absente');
});

test('`fajma check` sends what the document says', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fajma-asyncapi.'));
  const flags = ['check', '--mqtt-url', demo.mqtt, '--data-dir', folder, '--database-url', `sqlite://${folder}/fajma.db`];
  const child = spawn(process.env.FAJMA_PROGRAM, flags, { stdio: 'ignore' });
  await Promise.all([onBroker('fajma/v1/server/check/'), once(child, 'exit')]);
  rmSync(folder, { recursive: true });
});

test('every frame is one message of the document, and what was wrong on purpose is none', () => {
  const faults = recorder.frames.flatMap(({ channel, address, action, value, wrong }) => {
    const names = matching(channel, action, value).map(({ name }) => name);
    if (wrong) return names.length ? [`${address}: ${JSON.stringify(value)} is taken for ${names}`] : [];
    return names.length === 1 ? [] : [`${address} ${action}: ${JSON.stringify(value)}: ${names} ${faultsOf(channel, action, value)}`];
  });
  assert.deepEqual([...new Set(faults)].slice(0, 20), []);
  console.log(`${recorder.frames.length} frames fit`);
});

test('every message of the document was seen', () => {
  const wanted = new Map(messages.flatMap((message) => choicesOf(message).map((choice) => [choice.where, { message, ...choice }])));
  const missing = [...wanted].filter(([, { message, key, value: choice }]) =>
    !recorder.frames.some(({ channel, action, value, wrong }) =>
      !wrong && channel === message.channel && action === message.action &&
      message.validate(value) && (!key || value[key] === choice)));
  assert.deepEqual(missing.map(([where]) => where).sort(), [...unseen].sort());
  console.log(`${wanted.size - missing.length} of ${wanted.size} seen`);
});
