// Sockets and a broker's topics that keep every frame in both directions.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { channelOf } from './document.mjs';

// The longest wait is for a fault of the alarm path: the first self-test is expected 10 s after the start, and given 10 s.
const patience = 40_000;

export class Recorder {
  frames = []; // { channel, address, action, value }, in the order in which they were seen
  #waiting = new Set();
  #open = [];
  #place = []; // of the broker, as mosquitto's clients want it
  #wrong = new Set(); // payloads that were published although they are none of the document

  note(frame) {
    this.frames.push({ channel: channelOf(frame.address), ...frame });
    for (const look of this.#waiting) look();
  }

  /** Resolves with the first frame from number `from` on that `wanted` takes, when there is one. */
  async next(wanted, from = 0) {
    const find = () => this.frames.slice(from).find(wanted);
    if (find()) return find();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`not seen in time: ${wanted}`));
      }, patience);
      const look = () => {
        if (!find()) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(find());
      };
      this.#waiting.add(look);
    });
  }

  /** Opens a socket: `path` as in the document, `query` behind it. Resolves when it is open. */
  async socket(base, path, query = '') {
    const socket = new WebSocket(new URL(path + query, base.replace('http', 'ws')));
    socket.on('message', (data) => this.note({ address: path, socket, action: 'send', value: JSON.parse(data) }));
    this.#open.push(async () => {
      if (socket.readyState === WebSocket.CLOSED) return;
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    });
    await once(socket, 'open');
    const answer = (wanted, from = 0) =>
      this.next((frame) => frame.socket === socket && frame.action === 'send' && wanted(frame.value), from);
    const send = (value, wrong) => {
      this.note({ address: path, socket, action: 'receive', value, wrong });
      socket.send(typeof value === 'string' ? value : JSON.stringify(value));
    };
    /** Sends, and resolves with the frame behind it that has these members. */
    const ask = (value, members, wrong = false) => {
      const from = this.frames.length;
      send(value, wrong);
      return answer((got) => Object.entries(members).every(([name, is]) => got[name] === is), from);
    };
    return { answer, send, ask, close: () => socket.close() };
  }

  /** Follows all topics of a broker. Which were sent by the server is told by the document's operations. */
  async broker(url, sentByServer) {
    const { hostname, port } = new URL(url);
    this.#place = ['-h', hostname, '-p', port];
    const flags = [...this.#place, '-q', '1', '-t', 'fajma/v1/#', '-F', '%j'];
    const child = spawn('mosquitto_sub', flags, { stdio: ['ignore', 'pipe', 'inherit'] });
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { topic, payload } = JSON.parse(line);
      const value = payload ? JSON.parse(payload) : null;
      const action = sentByServer(channelOf(topic)) ? 'send' : 'receive';
      this.note({ address: topic, action, value, wrong: this.#wrong.has(payload) });
    });
    this.#open.push(async () => {
      child.kill();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    });
    await this.next(({ address }) => address === 'fajma/v1/server/status');
  }

  /** Publishes; `wrong`: what is no message of the document. */
  async publish(topic, value, wrong = false) {
    const payload = JSON.stringify(value);
    if (wrong) this.#wrong.add(payload);
    const child = spawn('mosquitto_pub', [...this.#place, '-q', '1', '-t', topic, '-m', payload]);
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`mosquitto_pub ended with ${code}`);
  }

  async end() {
    await Promise.all(this.#open.map((close) => close()));
  }
}
