#!/usr/bin/env python3
"""Signs through the callback from several threads until a file appears, and checks every answer.

load-and-check.py URL PUBLIC-KEY CA-CERTIFICATE STOP-FILE

Bare signatures are verified here, as RSASSA-PKCS1-v1_5 needs no more than one power; containers over 300 kB are handed to OpenSSL. Each
request has contents of its own, so that an answer to another one does not pass. Exit code 1 if anything failed or little was done.
"""
import base64
import hashlib
import http.client
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from urllib.parse import urlsplit

THREADS = 6
DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


def public_key(path):
    text = subprocess.run(["openssl", "rsa", "-pubin", "-in", path, "-noout", "-text"], check=True, capture_output=True, text=True).stdout
    modulus = re.search(r"Modulus:\s*([0-9a-f:\s]+)", text)[1]
    return int(re.sub(r"[:\s]", "", modulus), 16), int(re.search(r"Exponent: (\d+)", text)[1])


class Load:
    def __init__(self, url, key, ca, stop):
        self.url, self.ca, self.stop = urlsplit(url), ca, stop
        self.modulus, self.exponent = public_key(key)
        self.failures, self.count, self.slowest = [], {"sign": 0, "sign_pkcs7": 0}, 0.0
        self.lock = threading.Lock()

    def post(self, fields):
        connection = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=60)
        try:
            connection.request("POST", self.url.path, json.dumps(fields), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200:
                raise ValueError(f"status {answer.status}: {body[:200]!r}")
            return body
        finally:
            connection.close()

    def sign(self, content):
        signature = self.post({"action": "sign", "data_to_be_signed": base64.b64encode(content).decode()})
        length = (self.modulus.bit_length() + 7) // 8
        tail = b"\x00" + DIGEST_INFO + hashlib.sha256(content).digest()
        expected = b"\x00\x01" + b"\xff" * (length - 2 - len(tail)) + tail
        if len(signature) != length or pow(int.from_bytes(signature, "big"), self.exponent, self.modulus).to_bytes(length, "big") != expected:
            raise ValueError("the signature does not verify")

    def sign_pkcs7(self, content):
        container = self.post({"action": "sign_pkcs7", "encoded_contents": base64.b64encode(content).decode(), "signature_type": "cades"})
        with tempfile.TemporaryDirectory() as directory:
            files = [os.path.join(directory, name) for name in ("container", "content")]
            for path, octets in zip(files, (container, content)):
                with open(path, "wb") as file:
                    file.write(octets)
            command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", files[0], "-content", files[1],
                       "-CAfile", self.ca, "-purpose", "any", "-out", os.devnull]
            result = subprocess.run(command, capture_output=True, text=True)
            if result.returncode:
                raise ValueError("OpenSSL does not accept the container: " + result.stderr)

    def work(self, seed):
        rng = random.Random(seed)
        while not os.path.exists(self.stop) and len(self.failures) < 20:
            kind = "sign_pkcs7" if rng.random() < 0.2 else "sign"
            content = rng.randbytes(300_000 if kind == "sign_pkcs7" else 100)
            start = time.monotonic()
            try:
                getattr(self, kind)(content)
                with self.lock:
                    self.count[kind] += 1
                    self.slowest = max(self.slowest, time.monotonic() - start)
            except (OSError, ValueError, http.client.HTTPException) as error:
                with self.lock:
                    self.failures.append(f"{kind}: {type(error).__name__}: {error}")

    def run(self):
        threads = [threading.Thread(target=self.work, args=(seed,)) for seed in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print(f"{self.count['sign']} bare signatures and {self.count['sign_pkcs7']} containers, each verified; "
              f"{len(self.failures)} failures; slowest {self.slowest:.2f} s")
        for failure in self.failures:
            print("  " + failure)
        return not self.failures and min(self.count.values()) >= 50


sys.exit(0 if Load(*sys.argv[1:]).run() else 1)
