// Escalations under SIGKILL: alerts are made, the server is killed at random moments while they wait to escalate and
// while they do. Each level of each alert must have been reached exactly once, and as of the very time when it was due.
// FAJMA_PROGRAM: the server; FAJMA_KILLS: how often (12).
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

const program = process.env.FAJMA_PROGRAM;
const kills = Number(process.env.FAJMA_KILLS ?? 12);
const delay = 2;  // seconds, of either level
const folder = mkdtempSync(join(tmpdir(), 'fajma-alarms.'));
const data = ['--data-dir', join(folder, 'data')];
let server;

after(() => {
  server?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const freePort = () => new Promise((resolve) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => resolve(port));
  });
});

function administer(args, input) {
  const done = spawnSync(program, [...args, ...data], { input, encoding: 'utf8', timeout: 60_000 });
  assert.equal(done.status, 0, done.stderr);
}

async function start(port) {
  const log = openSync(join(folder, 'log'), 'a');
  server = spawn(program, ['serve', ...data, '--http-address', `127.0.0.1:${port}`, '--broker-check=false',
    '--mqtt-url', 'mqtt://127.0.0.1:1', '--escalate-warning', `${delay}`, '--escalate-critical', `${delay}`],
  { stdio: ['ignore', log, log] });
  for (const until = Date.now() + 60_000; Date.now() < until; ) {
    const answer = await fetch(`http://127.0.0.1:${port}/health/live`).catch(() => null);
    if (answer?.ok) return;
    await pause(10);
  }
  assert.fail('the server does not answer');
}

async function kill() {
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGKILL');
  await ended;
}

/** Microseconds, which a Date does not hold. */
function micros(iso) {
  const [, seconds, fraction = ''] = /^(.*?)(?:\.(\d+))?Z$/.exec(iso);
  return BigInt(Date.parse(`${seconds}Z`)) * 1000n + BigInt(fraction.padEnd(6, '0'));
}

test('no escalation is lost or doubled, whenever the server is killed', async () => {
  administer(['patient', 'add', 'patient1', '--room', 'salle1']);
  administer(['device', 'add', 'AA:BB:CC:00:00:01', '--patient', 'patient1']);
  administer(['user', 'add', 'test', '--role', 'administrateur'], 'a password of the test\n');
  const port = await freePort();
  const url = (path) => `http://127.0.0.1:${port}${path}`;
  let headers = { 'Content-Type': 'application/json' };
  await start(port);
  const login = await fetch(url('/api/token/'),
    { method: 'POST', headers, body: JSON.stringify({ username: 'test', password: 'a password of the test' }) });
  const { refresh } = await login.json();
  const renew = async () => {
    const answer = await fetch(url('/api/token/refresh/'), { method: 'POST', headers, body: JSON.stringify({ refresh }) });
    headers = { ...headers, Authorization: `Bearer ${(await answer.json()).access}` };
  };

  const made = [];
  const make = async () => {
    const alert = { dispositif: 1, patient: 1, niveau: 'warning', titre: `${made.length}`, message: 'M' };
    const answer = await fetch(url('/api/iot/alertes/'), { method: 'POST', headers, body: JSON.stringify(alert) }).catch(() => null);
    if (answer?.status === 201) made.push(await answer.json());  // one that died with its answer is not counted on
  };
  for (let killed = 0; killed < kills; ++killed) {
    await renew();
    await make();
    await pause(Math.random() * 300);  // when to kill: at random
    const dying = kill();
    await make();  // beside it
    await dying;
    await start(port);
  }

  await renew();
  let escalated = 0;
  for (const alert of made) {
    let account;
    for (const until = Date.now() + 30_000; Date.now() < until; await pause(50)) {
      account = await (await fetch(url(`/api/iot/alertes/${alert.id}/suivi/`), { headers })).json();
      if (account.niveau === 'emergency') break;
    }
    const steps = account.journal.filter(({ fait }) => fait === 'escalated');
    assert.deepEqual(steps.map(({ niveau }) => niveau), ['critical', 'emergency'], `alert ${alert.id}`);
    steps.forEach((step, i) => {
      const due = micros(alert.date_creation) + BigInt((i + 1) * delay) * 1_000_000n;
      assert.equal(micros(step.fait_le), due, `alert ${alert.id}, ${step.niveau}`);
    });
    escalated += steps.length;
  }
  const checked = spawnSync(program, ['check', ...data, '--mqtt-url', 'mqtt://127.0.0.1:1'], { encoding: 'utf8', timeout: 60_000 });
  assert.match(checked.stdout, /good +audit of alerts +\d+ rows, unbroken/);
  console.log(`${kills} kills, ${made.length} alerts, ${escalated} escalations: none lost, none doubled, each as of its time`);
});
