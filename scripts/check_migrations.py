"""Do the migrations, run on an empty database, give exactly the tables that the code describes?"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError

from ai_api.local import postgres
from ai_api.local.progress import Progress

ALEMBIC = Path(__file__).parents[1] / "alembic.ini"


def main() -> int:
    """Runs every migration on a Postgres of its own and compares; 0 when nothing is missing on either side."""
    with tempfile.TemporaryDirectory(prefix="ai-api-check-") as folder:
        server = postgres.start(Path(folder), progress=Progress(sys.stderr, quiet=True), durable=False)
        try:
            config = Config(ALEMBIC)
            config.attributes["dsn"] = server.dsn
            command.upgrade(config, "head")
            command.check(config)
        except CommandError as error:
            sys.stderr.write(
                f"{error}\nThe tables in src and the migrations disagree: write the migration that is missing.\n"
            )
            return 1
        finally:
            server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
