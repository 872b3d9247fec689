"""A crowd at the door of the loop that production runs on."""

from __future__ import annotations

import asyncio
import socket
from contextlib import closing

import uvloop

from ai_api.cli.crowd import Crowd
from ai_api.cli.serving import listen

CLIENTS = 100


class Guest(asyncio.Protocol):
    """A connection that says in which turn it came in, and what its socket is like."""

    def __init__(self, told: list[tuple[int, int]], turns: list[None]) -> None:
        self._told = told
        self._turns = turns

    def connection_made(self, transport):
        made = transport.get_extra_info("socket")
        self._told.append((len(self._turns), made.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)))
        transport.close()


async def let_in(listener: socket.socket) -> list[tuple[int, int]]:
    told: list[tuple[int, int]] = []
    turns: list[None] = []
    crowd = Crowd(Guest, listener)
    server = await asyncio.get_running_loop().create_server(lambda: crowd(told=told, turns=turns), sock=listener)
    clients = [socket.create_connection(listener.getsockname()) for _ in range(CLIENTS)]
    async with asyncio.timeout(10):
        while len(told) < CLIENTS:
            turns.append(None)
            await asyncio.sleep(0)
    for client in clients:
        client.close()
    server.close()
    return told


def test_a_crowd_comes_in_one_by_one():
    with closing(listen("127.0.0.1", 0)) as listener:
        told = uvloop.run(let_in(listener))
    assert max(turn for turn, _ in told) <= 10
    assert {delays for _, delays in told} == {1}


def test_whoever_left_at_the_door_stays_in_it():
    async def leave(listener: socket.socket) -> int:
        made: list[tuple[int, int]] = []
        crowd = Crowd(Guest, listener)
        clients = [socket.create_connection(listener.getsockname()) for _ in range(3)]
        for client in clients:
            # A reset, not an end: what was accepted is broken before anybody looks.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            client.close()
        crowd(told=made, turns=[])
        await asyncio.sleep(0.05)
        return len(asyncio.all_tasks())

    with closing(listen("127.0.0.1", 0)) as listener:
        assert uvloop.run(leave(listener)) == 1
