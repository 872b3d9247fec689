"""Devices: programs that ask for a credential by a code, which a member types where they are signed in (RFC 8628)."""

from ai_api.devices.ask import begin, collect, find_of_code, forget_old, note_collected, pace, too_many_devices
from ai_api.devices.decide import approve, deny, end_of, find_for
from ai_api.devices.rules import (
    CLIENT_CHARACTERS_MAX,
    DEVICE_CHARACTERS_MAX,
    INTERVAL_S,
    LIVES,
    Asked,
    Begun,
    Device,
    PollError,
    State,
    device_code_not_found,
    poll_error,
    shown_user_code,
    user_code_in,
)

__all__ = [
    "CLIENT_CHARACTERS_MAX",
    "DEVICE_CHARACTERS_MAX",
    "INTERVAL_S",
    "LIVES",
    "Asked",
    "Begun",
    "Device",
    "PollError",
    "State",
    "approve",
    "begin",
    "collect",
    "deny",
    "device_code_not_found",
    "end_of",
    "find_for",
    "find_of_code",
    "forget_old",
    "note_collected",
    "pace",
    "poll_error",
    "shown_user_code",
    "too_many_devices",
    "user_code_in",
]
