"""The measurements. Each yields dictionaries: what was measured ('scenario'), of whom ('of'), and figures."""
import functools
import http.client
import json
import os
import re
import sqlite3
import subprocess
import threading
import time

from alert_scenarios import alerts, evaluation
from servers import Broker, Fajma, NodePeer, PlainHttp, SharedFajma, on_broker
from stand import DEVICES, PATIENTS, USER, Usage, mac_of, memory_kb, wait_until


def peers():
    return [Fajma] + ([NodePeer] if NodePeer.folder() else [])


# -- 1. MQTT QoS 1 into the table --------------------------------------------------------------------------

def ingest(stand, options):
    for _ in range(options.rounds):
        for kind in peers():
            for broker, server in on_broker(stand, kind):
                yield ingest_once(stand, broker, server, options.messages)
        yield bare_subscriber(stand, options.messages)


def ingest_once(stand, broker, server, messages):
    listeners = stand.begin_load('listen', http_port=server.port, sockets=10, query=server.query)
    json.loads(listeners.stdout.readline())
    usage = Usage(broker=broker.pid, server=server.pid)
    begun = time.time()
    load = stand.begin_load('mqtt', mqtt_port=broker.port, connections=4, window=50, count=messages)
    peak, rows, look_at = 0, 0, 0
    while rows < 2 * messages and time.time() - begun < 90:
        time.sleep(0.02)
        rows = server.rows()
        if time.time() > look_at:
            peak, look_at = max(peak, memory_kb(server.pid)['Pss']), time.time() + 0.5
    seconds = time.time() - begun
    spent, _ = usage.end()
    published = stand.finish_load(load)
    heard = stand.finish_load(listeners)   # communicate closes its standard input
    _, others = usage.end(published['load_us_per_message'] * published['messages'] / 1e6 + heard['cpu_s'])
    return {'scenario': 'ingest', 'of': server.name, 'messages': messages, 'bytes': published['bytes'],
            'readings_per_s': round(rows / seconds), 'published_per_s': published['messages_per_s'],
            'rows_missing': 2 * messages - server.rows(exact=True),
            'server_us_per_message': round(spent['server'] * 1e6 / messages, 1),
            'broker_us_per_message': round(spent['broker'] * 1e6 / messages, 1),
            'load_us_per_message': published['load_us_per_message'], 'pushed_to_10_sockets': heard['frames'],
            'socket_faults': heard['faults'] + heard['sockets_lost'], 'peak_mib': round(peak / 1024, 1),
            'others_pct': others}


def bare_subscriber(stand, messages):
    broker = Broker(stand)
    try:
        subscriber = stand.spawn([os.path.join(stand.tools, 'fajma_paho_subscriber'), str(broker.port), str(messages)],
                                 stdout=subprocess.PIPE, text=True)
        subscriber.stdout.readline()
        usage = Usage(broker=broker.pid, server=subscriber.pid)
        begun = time.time()
        load = stand.begin_load('mqtt', mqtt_port=broker.port, connections=4, window=50, count=messages)
        line = subscriber.stdout.readline()
        seconds = time.time() - begun
        spent_broker = usage.end()[0]['broker'] if subscriber.poll() is None else None
        published = stand.finish_load(load)
        subscriber.wait(10)
        return {'scenario': 'ingest', 'of': 'bare Paho', 'messages': json.loads(line)['received'],
                'messages_per_s': round(messages / seconds), 'readings_per_s': round(2 * messages / seconds),
                'published_per_s': published['messages_per_s'],
                'broker_us_per_message': round(spent_broker * 1e6 / messages, 1) if spent_broker else None}
    finally:
        broker.close()


# -- 2. WebSockets, closed loop --------------------------------------------------------------------------------

def websocket(stand, options):
    for _ in range(options.rounds):
        for broker, server in on_broker(stand, Fajma):
            usage = Usage(server=server.pid)
            result = stand.load('ws-closed-loop', http_port=server.port, count=10, window=8, seconds=5, query=server.query)
            spent, others = usage.end(result['load_us_per_message'] * result['messages'] / 1e6)
            yield {'scenario': 'websocket', 'of': server.name, **result, 'others_pct': others,
                   'rows_missing': 2 * result['messages'] - server.rows(exact=True),
                   'server_us_per_message': round(spent['server'] * 1e6 / result['messages'], 1)}


# -- 3. Fan-out --------------------------------------------------------------------------------------------------

def fanout(stand, options):
    for _ in range(options.rounds):
        for kind in peers():
            for broker, server in on_broker(stand, kind):
                usage = Usage(server=server.pid)
                result = stand.load('fanout', mqtt_port=broker.port, http_port=server.port, sockets=1000, window=16,
                                    seconds=5, query=server.query)
                spent, others = usage.end(result['load_pct'] / 100 * 6)
                yield {'scenario': 'fanout', 'of': server.name, **result, 'others_pct': others,
                       'server_pct': round(100 * spent['server'] / usage.seconds)}


# -- 4. REST -------------------------------------------------------------------------------------------------------

LISTS = {'all': '/api/iot/donnees/', 'one patient': '/api/iot/donnees/?patient=1'}


def rest(stand, options):
    for broker, server in on_broker(stand, Fajma):
        stand.load('mqtt', mqtt_port=broker.port, connections=4, window=50, count=25_000)
        wait_until(lambda: server.rows() >= 50_000, '50,000 rows', 60)
        writer = stand.begin_load('mqtt', mqtt_port=broker.port, connections=1, rate=50)
        try:
            for _ in range(options.rounds):
                for name, path in LISTS.items():
                    checker = ListChecker(server, path)
                    usage = Usage(server=server.pid)
                    result = wrk(server, path)
                    spent, others = usage.end(result.pop('wrk_seconds'))
                    checker.stop()
                    yield {'scenario': 'rest', 'of': server.name, 'list': name, **result,
                           'server_us_per_request': round(spent['server'] * 1e6 / max(1, result['requests']), 1),
                           'checked_answers': checker.checked, 'stale_answers': checker.stale, 'others_pct': others}
        finally:
            stand.finish_load(writer, 20)


def wrk(server, path, seconds=5):
    before = os.times()
    # Pistache's own door closes a connection that does not ask to be kept, HTTP/1.1 or not.
    text = subprocess.run(['wrk', '-t1', '-c16', f'-d{seconds}s', '--latency', '-H', 'Connection: keep-alive',
                           '-H', 'Authorization: Bearer ' + server.token, f'http://127.0.0.1:{server.port}{path}'],
                          stdout=subprocess.PIPE, text=True, check=True).stdout
    after = os.times()
    found = {name: re.search(pattern, text) for name, pattern in {
        'rate': r'Requests/sec:\s+([\d.]+)', 'requests': r'(\d+) requests in', 'p99': r'99%\s+([\d.]+)(us|ms|s)',
        'bad': r'Non-2xx or 3xx responses: (\d+)', 'errors': r'Socket errors: (.*)'}.items()}
    unit = {'us': 0.001, 'ms': 1, 's': 1000}
    return {'requests': int(found['requests'][1]), 'requests_per_s': round(float(found['rate'][1])),
            'p99_ms': round(float(found['p99'][1]) * unit[found['p99'][2]], 2),
            'bad_answers': int(found['bad'][1]) if found['bad'] else 0, 'socket_errors': bool(found['errors']),
            'wrk_seconds': after[2] + after[3] - before[2] - before[3]}


class ListChecker:
    """Asks for the list now and then: its count, and its rows, must hold every row that was committed before."""

    def __init__(self, server, path):
        self.server, self.path = server, path
        self.checked = self.stale = 0
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def stop(self):
        self.ending.set()
        self.thread.join()

    def run(self):
        of_patient = ' WHERE patient_id = 1' if 'patient=' in self.path else ''
        query = (f'SELECT (SELECT sum(nombre) FROM fajma_serie{of_patient}), '
                 f'(SELECT max(id) FROM fajma_donneescapteursiot{of_patient})')
        table = sqlite3.connect(f'file:{self.server.database}?mode=ro', uri=True, timeout=10)
        link = http.client.HTTPConnection('127.0.0.1', self.server.port, timeout=10)
        while not self.ending.wait(0.05):
            rows, newest = table.execute(query).fetchone()
            link.request('GET', self.path, headers={'Authorization': 'Bearer ' + self.server.token})
            answer = json.loads(link.getresponse().read())
            self.checked += 1
            if answer['count'] < rows or max(row['id'] for row in answer['results']) < newest:
                self.stale += 1
        table.close()
        link.close()


# -- 5. The API's routes over many rows, beside a plain handler ------------------------------------------------------

ROWS, WRITTEN_PER_S = 1_000_000, 50   # messages, each of two rows
ROUTES = {'dispositifs': '/api/iot/dispositifs/', 'donnees': '/api/iot/donnees/',
          'donnees page 5000': '/api/iot/donnees/?page=5000', 'latest-data': '/api/iot/dispositifs/7/latest-data/',
          'statistics 24 h': '/api/iot/donnees/statistics/?hours=24', 'alertes/active': '/api/iot/alertes/active/'}


def api(stand, options):
    yield token_check(stand)
    plain = PlainHttp(stand)
    try:
        for broker, server in on_broker(stand, lambda *places: Fajma(*places, filled_with=ROWS)):
            for _ in range(options.rounds):
                yield from api_round(stand, broker, server, plain)
    finally:
        plain.close()


def token_check(stand):
    database = f'sqlite://{stand.prepared_data()}/fajma.db'
    done = subprocess.run([os.path.join(stand.tools, 'fajma_token_check'), database, USER], stdout=subprocess.PIPE,
                          text=True, check=True)
    return {'scenario': 'api', 'of': 'fajma', 'route': 'token', **json.loads(done.stdout)}


# Each route while nothing is written, and while rows are committed: then no answer is good for long.
def api_round(stand, broker, server, plain):
    for written in (0, WRITTEN_PER_S):
        writer = stand.begin_load('mqtt', mqtt_port=broker.port, connections=1, rate=written) if written else None
        try:
            beside = wrk(plain, '/')['requests_per_s']
            for name, path in ROUTES.items():
                server.log_in()   # a token lasts five minutes
                rows, usage = server.rows(), Usage(server=server.pid)
                result = wrk(server, path)
                spent, others = usage.end(result.pop('wrk_seconds'))
                yield {'scenario': 'api', 'of': 'fajma', 'route': name + (', written' if written else ', still'),
                       **result, 'plain_requests_per_s': beside, 'ratio': round(result['requests_per_s'] / beside, 3),
                       'rows_written_per_s': round((server.rows() - rows) / usage.seconds),
                       'server_us_per_request': round(spent['server'] * 1e6 / max(1, result['requests']), 1),
                       'others_pct': others, 'load_average': os.getloadavg()[0]}
        finally:
            if writer:
                stand.finish_load(writer, 20)


# -- 6. Latency ------------------------------------------------------------------------------------------------------

def latency(stand, options):
    for _ in range(options.rounds):
        for kind in peers():
            for rate in (1000, 5000):
                for broker, server in on_broker(stand, kind):
                    usage = Usage(broker=broker.pid, server=server.pid)
                    result = stand.load('latency', mqtt_port=broker.port, http_port=server.port, rate=rate, seconds=5,
                                        query=server.query)
                    spent, others = usage.end(result['load_pct'] / 100 * 7)
                    yield {'scenario': 'latency', 'of': server.name, **result, 'others_pct': others,
                           'server_pct': round(100 * spent['server'] / usage.seconds)}


# From a device over the bridge, PostgreSQL and Redis to a socket at the api, beside one process on SQLite.
def across_redis(stand, options):
    for _ in range(options.rounds):
        for kind, what in ((SharedFajma, 'two processes'), (Fajma, 'one process')):
            for broker, server in on_broker(stand, kind):
                result = stand.load('latency', mqtt_port=broker.port, http_port=server.port, rate=1000, seconds=10,
                                    query=server.query)
                yield {'scenario': 'across_redis', 'of': 'fajma', 'what': what, **result}


# What 100 devices at ten messages a second feel of one that sends as fast as it can; beside it, what a bare subscriber
# on the same broker feels of the same flood.
FLOODED = {None: 'without a flood', **{rate: f'beside one device, at most {rate} messages/s' for rate in (5000, 50)}}


def flood(stand, options):
    alone = os.path.join(stand.folder, 'one-device')
    with open(alone, 'w') as file:
        file.write(f'{mac_of(DEVICES + 1)} {PATIENTS + 1}\n')
    for _ in range(options.rounds):
        for device_rate, what in FLOODED.items():
            for broker, server in on_broker(stand, functools.partial(Fajma, device_rate=device_rate or 0)):
                child = device_rate and begin_flood(stand, broker, alone)
                usage = Usage(broker=broker.pid, server=server.pid)
                result = stand.load('latency', mqtt_port=broker.port, http_port=server.port, rate=1000, seconds=5,
                                    query=server.query)
                refused = 0
                if child:
                    stand.end(child, 1)
                    refused = server.rejected('rate_limited')
                spent, _ = usage.end()
                yield {'scenario': 'flood', 'of': 'fajma', 'what': what, **result, 'refused': refused,
                       **{f'{name}_pct': round(100 * seconds / usage.seconds) for name, seconds in spent.items()}}
            yield {'scenario': 'flood', 'of': 'bare Paho', 'what': what,
                   **bare_subscriber_beside(stand, alone if device_rate else None)}


def begin_flood(stand, broker, device):
    return stand.begin_load('mqtt', devices=device, mqtt_port=broker.port, connections=1, window=1000, count=10_000_000)


def bare_subscriber_beside(stand, flooding_device, rate=1000, warm_up=2, seconds=5):
    broker = Broker(stand)
    try:
        subscriber = stand.spawn([os.path.join(stand.tools, 'fajma_paho_subscriber'), str(broker.port),
                                  str(rate * seconds), 'stamped'], stdout=subprocess.PIPE, text=True)
        subscriber.stdout.readline()
        child = flooding_device and begin_flood(stand, broker, flooding_device)
        usage = Usage(broker=broker.pid, server=subscriber.pid)
        stand.load('mqtt', mqtt_port=broker.port, connections=4, rate=rate, seconds=warm_up + seconds,
                   stamp_after=warm_up)
        spent, _ = usage.end()
        line = subscriber.communicate(timeout=60)[0]
        if child:
            stand.end(child, 1)
        return {**json.loads(line),
                **{f'{name}_pct': round(100 * used / usage.seconds) for name, used in spent.items()}}
    finally:
        broker.close()


# -- 7. Sockets: handshakes, bystanders, deliveries beside a bare send() -----------------------------------------------

def sockets(stand, options):
    for _ in range(options.rounds):
        for broker, server in on_broker(stand, Fajma):
            yield handshakes(stand, server, 'with a token', seconds=5, query=server.query)
            yield bystander(stand, server, 'alone')
            yield bystander(stand, server, 'beside handshakes without a token', 'ws-handshakes', seconds=6)
            yield bystander(stand, server, 'beside a flood', 'ws-trouble', kind='flood', query=server.query)
            yield bystander(stand, server, 'beside sleepers', 'ws-trouble', kind='sleep', sockets=20, query=server.query)
        for broker, server in on_broker(stand, Fajma):
            yield deliveries(stand, broker, server)
            result = stand.load('fanout', mqtt_port=broker.port, http_port=server.port, sockets=FOLLOWERS, window=16,
                                seconds=5, query=server.query)
            yield {'scenario': 'sockets', 'of': 'fajma', 'what': f'16 readings at once to {FOLLOWERS}', **result}


def handshakes(stand, server, what, **load):
    usage = Usage(server=server.pid)
    result = stand.load('ws-handshakes', http_port=server.port, **load)
    count = result['accepted'] + result['forbidden'] + result['other_answers']
    spent, others = usage.end(result['load_us_per_handshake'] * count / 1e6)
    return {'scenario': 'sockets', 'of': 'fajma', 'what': what, **result, 'others_pct': others,
            'server_us_per_handshake': round(spent['server'] * 1e6 / max(1, count), 1)}


# What another socket feels. The load prints its line at its end, or when its standard input ends.
def bystander(stand, server, what, mode=None, **load):
    beside = stand.begin_load(mode, http_port=server.port, **load) if mode else None
    if mode == 'ws-trouble':
        json.loads(beside.stdout.readline())
    try:
        usage = Usage(server=server.pid)
        result = stand.load('ws-echo', http_port=server.port, seconds=5, query=server.query)
        spent, _ = usage.end()
    finally:
        done = {'load_' + name: value for name, value in stand.finish_load(beside).items()} if beside else {}
    return {'scenario': 'sockets', 'of': 'fajma', 'what': what, **result, **done,
            'server_pct': round(100 * spent['server'] / usage.seconds)}


FOLLOWERS = 5_000


def deliveries(stand, broker, server):
    fanout = stand.begin_load('fanout', mqtt_port=broker.port, http_port=server.port, sockets=FOLLOWERS, window=2,
                              seconds=8, query=server.query)
    wait_until(lambda: server.figure('fajma_ws_sockets') == FOLLOWERS, 'the sockets', 60)
    frames, usage = server.figure('fajma_ws_frames_out_total'), Usage(server=server.pid)
    time.sleep(6)
    spent, _ = usage.end()
    frames = server.figure('fajma_ws_frames_out_total') - frames
    result = stand.finish_load(fanout)
    bare = stand.load('bare-send', sockets=FOLLOWERS, bytes=230, window=2, seconds=5)
    cost = spent['server'] * 1e6 / frames
    return {'scenario': 'sockets', 'of': 'fajma', 'what': f'one reading to {FOLLOWERS}', **result,
            'server_us_per_delivery': round(cost, 3), 'bare_us_per_delivery': bare['cpu_us_per_delivery'],
            'bare_deliveries_per_s': bare['deliveries_per_s'], 'ratio': round(cost / bare['cpu_us_per_delivery'], 2)}


# -- 8. Memory ---------------------------------------------------------------------------------------------------------

def memory(stand, _options):
    for broker, server in on_broker(stand, Fajma):
        fresh = memory_kb(server.pid)
        stand.load('mqtt', mqtt_port=broker.port, connections=PATIENTS, rate=200, seconds=5)
        used = memory_kb(server.pid)
        sockets = stand.begin_load('listen', http_port=server.port, sockets=10_000, query=server.query)
        count = json.loads(sockets.stdout.readline())['open']
        full = memory_kb(server.pid)
        stand.finish_load(sockets)
        yield {'scenario': 'memory', 'of': server.name, 'fresh_pss_mib': round(fresh['Pss'] / 1024, 1),
               'pss_mib_100_devices': round(used['Pss'] / 1024, 1), 'rss_mib_100_devices': round(used['Rss'] / 1024, 1),
               'anonymous_mib_100_devices': round(used['Pss_Anon'] / 1024, 1), 'idle_sockets': count,
               'kib_per_idle_socket': round((full['Pss'] - used['Pss']) / count, 2)}


ALL = {'ingest': ingest, 'websocket': websocket, 'fanout': fanout, 'rest': rest, 'api': api, 'latency': latency,
       'alerts': alerts, 'evaluation': evaluation, 'across_redis': across_redis, 'flood': flood, 'sockets': sockets,
       'memory': memory}
