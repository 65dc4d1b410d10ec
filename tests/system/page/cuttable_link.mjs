// A TCP relay in front of the server, so that the network between page and server can really fail.
import net from "node:net";

export class CuttableLink {
  #server;
  #pairs = new Set();
  #isFrozen = false;
  #isCut = false;

  static async to(target) {
    const link = new CuttableLink();
    link.#server = net.createServer((client) => link.#relay(client, target));
    await new Promise((resolve) => link.#server.listen(0, "127.0.0.1", resolve));
    return link;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}/`;
  }

  /** Connections stay open and nothing passes any more: the cable is out, nobody has said goodbye. */
  freeze() {
    this.#isFrozen = true;
    for (const pair of this.#pairs) pair.forEach((end) => end.pause());
  }

  /** Connections are reset, and new ones refused. */
  cut() {
    this.#isCut = true;
    this.#dropAll();
  }

  mend() {
    this.#isFrozen = this.#isCut = false;
    this.#dropAll();
  }

  close() {
    this.#dropAll();
    return new Promise((resolve) => this.#server.close(resolve));
  }

  #dropAll() {
    for (const pair of this.#pairs) pair.forEach((end) => end.destroy());
  }

  #relay(client, target) {
    if (this.#isCut) return client.destroy();
    const server = net.connect(Number(target.port), target.hostname);
    const pair = [client, server];
    this.#pairs.add(pair);
    const drop = () => {
      pair.forEach((end) => end.destroy());
      this.#pairs.delete(pair);
    };
    pair.forEach((end) => end.on("error", drop).on("close", drop));
    client.pipe(server);
    server.pipe(client);
    if (this.#isFrozen) pair.forEach((end) => end.pause());
  }
}
