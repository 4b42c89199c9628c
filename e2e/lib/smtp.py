"""A real SMTP server for the tests: accepts on a loopback port and prints every message as one line of JSON."""

import asyncio
import json
import sys

from aiosmtpd.controller import Controller


class Printer:
    async def handle_DATA(self, server, session, envelope):
        message = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "raw": envelope.content.decode("utf-8", "replace"),
        }
        print(json.dumps(message), flush=True)
        return "250 OK"


def main():
    controller = Controller(Printer(), hostname="127.0.0.1", port=int(sys.argv[1]))
    controller.start()
    print(json.dumps({"ready": True}), flush=True)
    try:
        # The caller closes our input when it has seen enough.
        asyncio.run(asyncio.to_thread(sys.stdin.read))
    finally:
        controller.stop()


main()
