"""Writing: shapes to JSON, times to the API's dates."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from vesicle.wire.ids import to_wire

_encoder = msgspec.json.Encoder(enc_hook=to_wire)


def encode(value: Any) -> bytes:
    """The JSON text of a shape. UNSET members are left out; null is never written."""
    return _encoder.encode(value)


def stamp(moment: datetime) -> str:
    """ISO 8601 in UTC with exactly three fraction digits: the only form that every client parses."""
    moment = moment.astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
