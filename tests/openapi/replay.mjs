// Asks a running server what api/openapi.yaml describes: each operation once with its example, then each of its query's
// parameters and each of its refusals.
import { deref, jsonOf, operations } from './document.mjs';

const absentId = 999999;
const places = { id: 1, sub_id: 1 };

export class Replay {
  /** `base`: the server's URL. `answered(call, answer)` is called with each answer: { status, type, body, text }. */
  constructor(base, answered) {
    this.base = base;
    this.answered = answered;
    this.made = new Map(); // path of a list → id of what was created there
    this.logins = new Map();
  }

  async ask(call) {
    const headers = { ...(call.token && { Authorization: `Bearer ${call.token}` }) };
    if (call.body !== undefined) headers['Content-Type'] = call.contentType ?? 'application/json';
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const response = await fetch(new URL(call.target, this.base), { method: call.method, headers, body });
    const text = await response.text();
    const type = (response.headers.get('content-type') ?? '').split(';')[0];
    return { status: response.status, type, text, body: type === 'application/json' ? JSON.parse(text) : undefined };
  }

  /** Asks, and hands the answer on for judgement. */
  async check(operation, what, call) {
    const answer = await this.ask({ method: operation.method, target: this.targetOf(operation.path), ...call });
    this.answered({ operation, what }, answer);
    return answer;
  }

  /** The tokens of a new login of a user of that role. */
  async login(role) {
    const body = { username: role === 'administrateur' ? 'demo' : role, password: 'demo' };
    return (await this.ask({ method: 'POST', target: '/api/token/', body })).body;
  }

  /** An access token of a user of that role, the same at each call. */
  async tokenOf(role) {
    if (!this.logins.has(role)) this.logins.set(role, (await this.login(role)).access);
    return this.logins.get(role);
  }

  targetOf(path, ids = {}) {
    return path.replace(/\{(\w+)\}/g, (place, name, at) => {
      const list = this.made.get(path.slice(0, at));
      return ids[name] ?? list ?? places[name];
    });
  }

  /** The example of the body; tokens, of which the document can show none that holds, are real ones. */
  async bodyOf(operation) {
    const example = jsonOf(operation.requestBody)?.example;
    if (example?.refresh) return { refresh: (await this.login('administrateur')).refresh };
    return example?.token ? { token: await this.tokenOf('administrateur') } : example;
  }

  async once(operation) {
    const token = operation.security ? undefined : await this.tokenOf('administrateur');
    const answer = await this.check(operation, 'example', { token, body: await this.bodyOf(operation) });
    if (operation.method === 'POST' && answer.status === 201) {
      this.made.set(operation.path, answer.body.id);
    }
  }

  async queries(operation) {
    if (operation.security) return;
    const token = await this.tokenOf('administrateur');
    for (const parameter of operation.parameters.filter((each) => each.in === 'query')) {
      const schema = deref(parameter.schema);
      const value = parameter.example ?? schema.default ?? schema.enum?.[0] ?? schema.minimum ?? '';
      const target = `${this.targetOf(operation.path)}?${parameter.name}=${encodeURIComponent(value)}`;
      await this.check(operation, `?${parameter.name}=${value}`, { token, target });
    }
  }

  // Status → how to be refused so, where the operation can be.
  async refusalsOf(operation) {
    const token = await this.tokenOf('administrateur');
    const body = await this.bodyOf(operation);
    const barred = ['medecin', 'infirmier', 'technicien', 'integrateur'].find((role) => !operation['x-roles'].includes(role));
    const paged = operation.parameters.some(({ name }) => name === 'page');
    const target = this.targetOf(operation.path, { id: absentId, sub_id: absentId }) + (paged ? `?page=${absentId}` : '');
    const isPublic = Boolean(operation.security);
    const wrong = Object.fromEntries(Object.keys(body ?? {}).map((name) => [name, 'wrong']));
    return {
      ...(isPublic && operation.responses[401] && { 401: { body: wrong } }),
      ...(!isPublic && { 401: {} }),
      ...(!isPublic && barred && { 403: { token: await this.tokenOf(barred), body } }),
      ...(!isPublic && (paged || operation.path.includes('{')) && { 404: { token, target, body } }),
      ...(body && { 400: { token: isPublic ? undefined : token, body: [] } }),
      ...(body && { 415: { token: isPublic ? undefined : token, body, contentType: 'text/plain' } }),
    };
  }

  async refusals(operation) {
    for (const [status, call] of Object.entries(await this.refusalsOf(operation))) {
      await this.check(operation, status, call);
    }
  }

  /** Everything. What creates is asked first, what ends or takes away last. */
  async all() {
    const phase = ({ method, operationId, requestBody, path }) => {
      if (method === 'DELETE') return path.includes('{sub_id}') ? 2 : 3;
      return method === 'POST' && (requestBody || operationId === 'createCredential') && !path.endsWith('/status/') ? 0 : 1;
    };
    const ordered = [...operations].sort((a, b) => phase(a) - phase(b));
    for (const operation of ordered.filter((each) => phase(each) < 2)) {
      await this.once(operation);
      await this.queries(operation);
    }
    for (const operation of operations) await this.refusals(operation);
    for (const operation of ordered.filter((each) => phase(each) >= 2)) await this.once(operation);
  }
}
