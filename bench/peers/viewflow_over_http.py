"""viewflow over HTTP: two workers of gunicorn; a task is completed by the form its own page would send."""

import http.client
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import site_of_shop  # noqa: F401 - the settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from matter import COMPLETIONS, contend, expect
from viewflow.workflow.models import Process, Task

WORKERS, CLIENTS = 2, 8


def signed_in():
    """Return the cookies of the clerk."""
    call_command("migrate", verbosity=0, interactive=False)
    rights = {"is_superuser": True, "is_staff": True}
    clerk, _ = User.objects.get_or_create(username="clerk", defaults=rights)
    browser = Client()
    browser.force_login(clerk)
    return "; ".join(f"{key}={value.value}" for key, value in browser.cookies.items())


class Clerk:
    """One connection on which cases are handled one after the other."""

    def __init__(self, port, cookies):
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {
            "Cookie": cookies,
            "Content-Type": "application/x-www-form-urlencoded",
            "Content-Length": "0",
        }

    def ask(self, method, path):
        """Send a request; return status and text."""
        self._connection.request(method, path, headers=self._headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read().decode()

    def handle(self, many):
        """Handle so many cases and return their numbers."""
        return [self.handle_one() for _ in range(many)]

    def handle_one(self):
        """Submit, then complete whatever is open until nothing is."""
        case = int(self.ask("POST", "/submit/")[1])
        # asked of the database, so that the service is not charged for it
        opened = Task.objects.filter(finished__isnull=True)
        taken = 0
        while found := list(opened.filter(process=case).values_list("pk", "flow_task")):
            for key, flow in found:
                status, page = self.ask("POST", f"/matter/{case}/{flow.name}/{key}/execute/")
                expect(status, 302, page[:200])
                taken += 1
        expect(taken, COMPLETIONS, "completions")
        return case


def started(port):
    """Start gunicorn and wait until it listens."""
    options = ["--threads", "4", "-k", "gthread", "--keep-alive", "30", "--log-level", "error"]
    command = ["gunicorn", "-w", str(WORKERS), *options, "-b", f"127.0.0.1:{port}"]
    server = subprocess.Popen(
        [sys.executable, "-m", *command, "site_of_shop:application"],
        cwd=Path(__file__).parent,
        stdin=subprocess.DEVNULL,
    )
    for _ in range(300):
        with socket.socket() as trying:
            if trying.connect_ex(("127.0.0.1", port)) == 0:
                return server
        time.sleep(0.1)
    server.terminate()
    raise SystemExit("gunicorn does not listen")


def main():
    """Take part."""
    cookies = signed_in()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = started(port)
    cases = []
    try:
        with ThreadPoolExecutor(CLIENTS) as pool:
            clerks = [Clerk(port, cookies) for _ in range(CLIENTS)]

            def handle(many):
                shares = [many // CLIENTS + (n < many % CLIENTS) for n in range(CLIENTS)]
                for found in pool.map(Clerk.handle, clerks, shares):
                    cases.extend(found)

            def check(many):
                done = Process.objects.filter(pk__in=cases, status="DONE").count()
                expect(done, many, "cases done")

            contend(handle, check, pids=[server.pid], warm=CLIENTS)
    finally:
        server.terminate()
        server.wait()


main()
