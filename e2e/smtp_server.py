"""A real SMTP server for the mail tests: says "ready PORT", then one JSON line for each mail; ends when its input does.

Usage: smtp_server.py plain|tls|starttls [PORT [CERTIFICATE KEY]]; PORT 0 is any free one
"""

import asyncio
import json
import ssl
import sys
import threading

from aiosmtpd.smtp import SMTP


class Handler:
    """Prints what arrives."""

    async def handle_DATA(self, server, session, envelope):
        mail = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "content": envelope.content.decode("utf-8", "surrogateescape"),
        }
        print(json.dumps(mail), flush=True)
        return "250 OK"


async def main(mode, port="0", certificate=None, key=None):
    context = None
    if mode != "plain":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key)
    starttls = {"tls_context": context, "require_starttls": True} if mode == "starttls" else {}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(Handler(), hostname="localhost", loop=loop, **starttls),
        "127.0.0.1",
        int(port),
        ssl=context if mode == "tls" else None,
    )
    print("ready", server.sockets[0].getsockname()[1], flush=True)
    ended = loop.create_future()

    def wait():
        sys.stdin.read()
        loop.call_soon_threadsafe(ended.set_result, None)

    threading.Thread(target=wait, daemon=True).start()
    await ended


asyncio.run(main(*sys.argv[1:]))
