"""What a measurement needs around it: a private broker, the server, other programs beside it, and what they cost.
Everything is started in one temporary folder on free ports, and ended with it."""
import ctypes
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
