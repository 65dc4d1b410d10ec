"""What a measurement needs around it: a private broker, the server, other programs beside it, and what they cost.
Everything is started in one temporary folder on free ports, and ended with it."""
import ctypes
import glob
import json
import os
import random
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

TICKS = os.sysconf('SC_CLK_TCK')
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DEVICES, PATIENTS = 100, 10
USER, PASSWORD = 'bench', 'bench-password'


def free_port():
    """Below those that the system gives to outgoing connections."""
    while True:
        port = random.randint(12000, 30000)
        with socket.socket() as probe:
            try:
                probe.bind(('127.0.0.1', port))
                return port
            except OSError:
                continue


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)   # PR_SET_PDEATHSIG


def wait_until(condition, what, seconds=30):
    end = time.time() + seconds
    while time.time() < end:
        try:
            if condition():
                return
        except (OSError, sqlite3.Error, urllib.error.URLError):
            pass
        time.sleep(0.02)
    raise RuntimeError(f'{what}: not within {seconds} s')


def mac_of(number):
    return f'AA:BB:CC:00:{number >> 8:02X}:{number & 255:02X}'


# -- What processes cost -------------------------------------------------------------------------------

def cpu_seconds(pid):
    with open(f'/proc/{pid}/stat') as file:
        fields = file.read().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def busy_seconds():
    with open('/proc/stat') as file:
        fields = list(map(int, file.readline().split()[1:9]))
    return (sum(fields) - fields[3] - fields[4] - fields[7]) / TICKS   # not idle, not waiting, not stolen


def memory_kb(pid):
    values = {}
    with open(f'/proc/{pid}/smaps_rollup') as file:
        for line in file:
            found = re.match(r'(Rss|Pss|Pss_Anon|Pss_File|Pss_Shmem):\s+(\d+) kB', line)
            if found:
                values[found[1]] = int(found[2])
    return values


class Usage:
    """CPU seconds of some processes, and of all the others of the machine, since its making."""

    def __init__(self, **pids):
        self.pids, self.begun = pids, time.time()
        self.before = {name: cpu_seconds(pid) for name, pid in pids.items()}
        self.busy = busy_seconds()
        self.own = sum(os.times()[:4])

    def end(self, load_seconds=0.0):
        spent = {name: cpu_seconds(pid) - self.before[name] for name, pid in self.pids.items()}
        self.seconds = time.time() - self.begun
        known = sum(spent.values()) + max(sum(os.times()[:4]) - self.own, load_seconds)
        others = max(0.0, busy_seconds() - self.busy - known)
        return spent, round(100 * others / self.seconds)


# -- The machine -------------------------------------------------------------------------------------------

def fsync_ms(folder):
    times = []
    with open(os.path.join(folder, 'fsync'), 'wb') as file:
        for _ in range(21):
            file.seek(0)
            file.write(b'x' * 8192)
            file.flush()
            begun = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append(1000 * (time.perf_counter() - begun))
    return round(sorted(times)[10], 2)


def describe_machine(folder):
    with open('/proc/cpuinfo') as file:
        models = re.findall(r'model name\s*: (.*)', file.read())
    with open('/proc/meminfo') as file:
        memory = int(re.search(r'MemTotal:\s+(\d+)', file.read())[1])
    busy, begun = busy_seconds(), time.time()
    time.sleep(1)
    others = 100 * (busy_seconds() - busy) / (time.time() - begun)
    return {'cpu': models[0] if models else 'unknown', 'cores': os.cpu_count(), 'memory_gib': round(memory / 2**20, 1),
            'kernel': os.uname().release, 'fsync_ms': fsync_ms(folder), 'others_pct_of_one_core': round(others),
            'at': time.strftime('%Y-%m-%d %H:%M:%S')}


# -- The stand -----------------------------------------------------------------------------------------------

class Stand:
    """A temporary folder and all that was started in it."""

    def __init__(self, program, tools):
        self.program, self.tools = program, tools
        self.folder = tempfile.mkdtemp(prefix='fajma-bench.')
        self.children = []
        self.prepared = self.filled = None
        self.targets = os.path.join(self.folder, 'devices')
        with open(self.targets, 'w') as file:
            for number in range(1, DEVICES + 1):
                file.write(f'{mac_of(number)} {(number - 1) % PATIENTS + 1}\n')

    def spawn(self, command, **more):
        log = open(os.path.join(self.folder, 'log'), 'a')
        more.setdefault('stdout', log)
        more.setdefault('stderr', log)
        more.setdefault('stdin', subprocess.DEVNULL)
        child = subprocess.Popen(command, preexec_fn=die_with_parent, **more)
        log.close()
        self.children.append(child)
        return child

    def end(self, child, seconds=20):
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        self.children.remove(child)
        return child.returncode

    def close(self):
        for child in reversed(list(self.children)):
            self.end(child, 5)
        shutil.rmtree(self.folder, ignore_errors=True)

    def new_folder(self, name):
        return tempfile.mkdtemp(prefix=name + '.', dir=self.folder)

    # A load, to its end; its one line of JSON.
    def load(self, mode, timeout=120, **options):
        return self.finish_load(self.begin_load(mode, **options), timeout)

    def begin_load(self, mode, **options):
        command = [os.path.join(self.tools, 'fajma_load'), mode, '--devices', options.pop('devices', self.targets)]
        for name, value in options.items():
            command += ['--' + name.replace('_', '-'), str(value)]
        return self.spawn(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def finish_load(self, child, timeout=120):
        try:
            out, errors = child.communicate(timeout=timeout)
        finally:
            self.end(child, 1)
        if child.returncode != 0 or not out.strip():
            raise RuntimeError(errors.strip() or f'load: {child.returncode}')
        return json.loads(out.strip().splitlines()[-1])

    # The data folder that each server begins with: made once, as an administrator does.
    def prepared_data(self):
        if self.prepared is None:
            self.prepared = os.path.join(self.folder, 'prepared')
            self.make_people('--data-dir', self.prepared)
        return self.prepared

    # Patients, their devices and a user, where the flags say.
    def make_people(self, *where):
        if '--database-url' in where:
            self.administer('migrate', *where)
        for number in range(1, PATIENTS + 1):
            self.administer('patient', 'add', f'patient{number}', '--room', 'salle1', *where)
        for number in range(1, DEVICES + 1):
            self.administer('device', 'add', mac_of(number), '--patient', f'patient{(number - 1) % PATIENTS + 1}', *where)
        self.administer('patient', 'add', f'patient{PATIENTS + 1}', '--room', 'salle2', *where)   # of the flood
        self.administer('device', 'add', mac_of(DEVICES + 1), '--patient', f'patient{PATIENTS + 1}', *where)
        self.administer('user', 'add', USER, '--role', 'administrateur', *where, given=PASSWORD + '\n')

    # The same with a day of readings and some alerts.
    def filled_data(self, readings, alerts=200):
        if self.filled is None:
            self.filled = os.path.join(self.folder, 'filled')
            shutil.copytree(self.prepared_data(), self.filled)
            subprocess.run([os.path.join(self.tools, 'fajma_fill'), f'sqlite://{self.filled}/fajma.db', str(readings),
                            str(alerts)], check=True, stdout=subprocess.DEVNULL)
        return self.filled

    def administer(self, *arguments, given=None):
        subprocess.run([self.program, *arguments], input=given, text=True, check=True, stdout=subprocess.DEVNULL)


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
