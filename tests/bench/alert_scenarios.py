"""What alerts cost, and how soon they are told: measurements as in scenarios.py."""
import json
import os
import subprocess

from servers import Fajma, on_broker
from stand import Usage


# From a critical value over MQTT to the alert on a socket of ws/alerts/, beside normal values of all devices.
def alerts(stand, options):
    for _ in range(options.rounds):
        for broker, server in on_broker(stand, Fajma):
            usage = Usage(broker=broker.pid, server=server.pid)
            result = stand.load('alerts', mqtt_port=broker.port, http_port=server.port, rate=1000, alerts=20,
                                seconds=10, query=server.query)
            spent, _ = usage.end()
            yield {'scenario': 'alerts', 'of': 'fajma', **result,
                   'server_pct': round(100 * spent['server'] / usage.seconds)}


# What judging a reading adds to ingest, for 10,000 patients with six measures.
def evaluation(stand, options):
    for _ in range(options.rounds):
        database = f"sqlite://{stand.new_folder('evaluation')}/fajma.db"
        done = subprocess.run([os.path.join(stand.tools, 'fajma_evaluation_bench'), database], stdout=subprocess.PIPE,
                              text=True, check=True)
        for line in done.stdout.splitlines():
            yield {'scenario': 'evaluation', 'of': 'fajma', **json.loads(line)}
