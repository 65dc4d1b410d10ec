"""The servers of a measurement: a broker, ours in one process or in two, and what stands beside it. Each is started by
its making, and ended by close."""
import glob
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import urllib.error
import urllib.request

from stand import DEVICES, PASSWORD, ROOT, USER, free_port, wait_until


class Broker:
    def __init__(self, stand):
        self.stand, self.port = stand, free_port()
        folder = stand.new_folder('broker')
        with open(os.path.join(ROOT, 'mosquitto', 'demo.conf.in')) as file:
            text = file.read()
        for name, value in {'PORT': self.port, 'ADDRESS': '127.0.0.1', 'DIR': folder,
                            'USER_LINE': 'user root' if os.geteuid() == 0 else ''}.items():
            text = text.replace(f'@{name}@', str(value))
        config = os.path.join(folder, 'mosquitto.conf')
        with open(config, 'w') as file:
            file.write(text)
        program = shutil.which('mosquitto') or '/usr/sbin/mosquitto'
        self.child = stand.spawn([program, '-c', config])
        self.pid = self.child.pid
        wait_until(lambda: socket.create_connection(('127.0.0.1', self.port), 1).close() is None, 'the broker')

    def close(self):
        self.stand.end(self.child)


class Server:
    """What serves HTTP on a port, with its rows in a SQLite file."""
    query = ''

    def get(self, path, headers=None, data=None):
        request = urllib.request.Request(f'http://127.0.0.1:{self.port}{path}', headers=headers or {}, data=data)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read()

    def is_up(self, path):
        try:
            return self.get(path) is not None
        except urllib.error.HTTPError:
            return False

    def rows(self, exact=False):
        with sqlite3.connect(f'file:{self.database}?mode=ro', uri=True, timeout=10) as connection:
            value = connection.execute(self.exact_rows if exact else self.fast_rows).fetchone()[0]
        connection.close()
        return value or 0

    # One of /metrics.
    def figure(self, name):
        return float(re.search(f'^{name} ([0-9.]+)', self.get('/metrics').decode(), re.MULTILINE)[1])

    # Messages that were refused for that reason.
    def rejected(self, code):
        found = re.search(f'^fajma_rejections_total{{code="{code}"}} ([0-9]+)', self.get('/metrics').decode(), re.MULTILINE)
        return int(found[1]) if found else 0

    def close(self):
        self.stand.end(self.child)


class Fajma(Server):
    name = 'fajma'
    fast_rows = 'SELECT sum(nombre) FROM fajma_serie'
    exact_rows = 'SELECT count(*) FROM fajma_donneescapteursiot'

    def __init__(self, stand, broker, filled_with=None, device_rate=0):
        self.stand, self.port = stand, free_port()
        data = os.path.join(stand.new_folder('fajma'), 'data')
        shutil.copytree(stand.filled_data(filled_with) if filled_with else stand.prepared_data(), data)
        self.database = os.path.join(data, 'fajma.db')
        self.child = stand.spawn([stand.program, 'serve', '--data-dir', data, '--http-address', f'127.0.0.1:{self.port}',
                                  '--mqtt-url', f'mqtt://127.0.0.1:{broker.port}',
                                  # All sockets are of one user and one address here.
                                  '--ws-max-sockets-per-user', '0', '--ws-max-sockets-per-address', '0',
                                  # Few devices send all that is measured.
                                  '--device-rate', str(device_rate)])
        self.pid = self.child.pid
        wait_until(lambda: self.is_up('/health/ready'), 'fajma')
        self.log_in()

    def log_in(self):
        body = json.dumps({'username': USER, 'password': PASSWORD}).encode()
        self.token = json.loads(self.get('/api/token/', {'Content-Type': 'application/json'}, body))['access']
        self.query = 'token=' + self.token


def on_broker(stand, kind):
    """A broker and a server, and both ended after their use."""
    broker = Broker(stand)
    try:
        server = kind(stand, broker)
        try:
            yield broker, server
        finally:
            server.close()
    finally:
        broker.close()


class Postgres:
    """A server of its own, in a folder that its user may enter; fsync is on."""
    programs = '/usr/lib/postgresql/15/bin/'

    def __init__(self, stand):
        self.stand, self.port = stand, free_port()
        self.folder = tempfile.mkdtemp(prefix='fajma-bench-postgres.')
        user = {}
        if os.geteuid() == 0:   # it does not run as root
            shutil.chown(self.folder, 'postgres', 'postgres')
            user = {'user': 'postgres', 'group': 'postgres', 'extra_groups': []}
        data = os.path.join(self.folder, 'data')
        subprocess.run([self.programs + 'initdb', '-D', data, '--auth=trust', '--username=postgres', '--encoding=UTF8',
                        '--locale=C'], check=True, stdout=subprocess.DEVNULL, cwd=self.folder, **user)
        self.child = stand.spawn([self.programs + 'postgres', '-D', data, '-p', str(self.port), '-c',
                                  'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
                                 cwd=self.folder, **user)
        self.pid = self.child.pid
        self.url = f'postgresql://postgres@127.0.0.1:{self.port}/postgres'
        wait_until(self.answers, 'PostgreSQL')

    def answers(self):
        return subprocess.run([self.programs + 'psql', self.url, '-c', 'SELECT 1'], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, check=False).returncode == 0

    def close(self):
        self.stand.end(self.child)
        shutil.rmtree(self.folder, ignore_errors=True)


class Redis:
    def __init__(self, stand):
        self.stand, self.port = stand, free_port()
        self.child = stand.spawn(['redis-server', '--port', str(self.port), '--bind', '127.0.0.1', '--save', '',
                                  '--appendonly', 'no', '--dir', stand.new_folder('redis')])
        self.pid = self.child.pid
        self.url = f'redis://127.0.0.1:{self.port}'
        wait_until(lambda: socket.create_connection(('127.0.0.1', self.port), 1).close() is None, 'Redis')

    def close(self):
        self.stand.end(self.child)


class SharedFajma(Fajma):
    """A bridge and an api, two processes on PostgreSQL and Redis; sockets are opened at the api."""
    name = 'fajma, two processes'

    def __init__(self, stand, broker):   # pylint: disable=super-init-not-called
        self.stand, self.port = stand, free_port()
        self.postgres, self.redis = Postgres(stand), Redis(stand)
        folder = stand.new_folder('shared')
        common = ['--database-url', self.postgres.url, '--secret-key-file', os.path.join(folder, 'key')]
        with open(os.path.join(folder, 'key'), 'w') as file:
            file.write('a key of the bench, and longer than thirty-two bytes')
        stand.make_people(*common, '--data-dir', os.path.join(folder, 'admin'))
        common += ['--redis-url', self.redis.url, '--device-rate', '0']
        metrics = free_port()
        self.bridge = stand.spawn([stand.program, 'bridge', *common, '--data-dir', os.path.join(folder, 'bridge'),
                                   '--mqtt-url', f'mqtt://127.0.0.1:{broker.port}', '--metrics-address',
                                   f'127.0.0.1:{metrics}'])
        self.child = stand.spawn([stand.program, 'api', *common, '--data-dir', os.path.join(folder, 'api'),
                                  '--http-address', f'127.0.0.1:{self.port}', '--ws-max-sockets-per-user', '0',
                                  '--ws-max-sockets-per-address', '0'])
        self.pid = self.child.pid
        wait_until(lambda: self.is_up('/health/ready'), 'fajma api')
        wait_until(lambda: urllib.request.urlopen(f'http://127.0.0.1:{metrics}/health/ready', timeout=5).status == 200,
                   'fajma bridge')
        self.log_in()

    def close(self):
        for child in (self.child, self.bridge):
            self.stand.end(child)
        self.redis.close()
        self.postgres.close()


class PlainHttp:
    """A bare Pistache handler: what of an answer's cost is not ours."""
    name, token = 'plain', ''

    def __init__(self, stand):
        self.stand, self.port = stand, free_port()
        self.child = stand.spawn([os.path.join(stand.tools, 'fajma_plain_http'), str(self.port)],
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.pid = self.child.pid
        self.child.stdout.readline()

    def close(self):
        self.stand.end(self.child)


class NodePeer(Server):
    """The Node.js server that FAJMA_PEERS gives, in a copy with its packages."""
    name = 'node'
    fast_rows = 'SELECT max(id) FROM reading'
    exact_rows = 'SELECT count(*) FROM reading'

    def __init__(self, stand, broker):
        self.stand, self.port = stand, free_port()
        self.database = os.path.join(stand.new_folder('node'), 'node.db')
        env = dict(os.environ, NODE_ENV='production', PORT=str(self.port), DEVICES=stand.targets,
                   MQTT_URL=f'mqtt://127.0.0.1:{broker.port}', DATABASE_URL='sqlite:' + self.database)
        self.child = stand.spawn(['node', 'server.mjs'], cwd=self.folder(), env=env)
        self.pid = self.child.pid
        wait_until(lambda: self.is_up('/health'), 'the Node.js server')

    @staticmethod
    def folder():
        """None when there is none. Its packages are installed once for each version of its lock file."""
        source = os.path.join(os.environ.get('FAJMA_PEERS', ''), 'node')
        if not os.environ.get('FAJMA_PEERS') or not os.path.exists(os.path.join(source, 'package-lock.json')):
            return None
        with open(os.path.join(source, 'package-lock.json'), 'rb') as file:
            version = format(hash_of(file.read()), '08x')
        copy = os.path.join(tempfile.gettempdir(), 'fajma-bench-peer-' + version)
        if not os.path.exists(os.path.join(copy, 'installed')):
            print(f'installing the packages of the Node.js server in {copy}', flush=True)
            os.makedirs(copy, exist_ok=True)
            for path in glob.glob(source + '/*.*'):
                shutil.copy(path, copy)
            subprocess.run(['npm', 'ci', '--no-audit', '--no-fund'], cwd=copy, check=True, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
            open(os.path.join(copy, 'installed'), 'w').close()
        return copy


def hash_of(data):
    import zlib
    return zlib.crc32(data)
