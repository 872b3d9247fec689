"""The files of the embedded database: made once, whole or not at all, and opened only by a Postgres that fits them."""

import secrets
import shutil
from pathlib import Path

from ai_api.local import postgres_programs, private_files
from ai_api.local.postgres_programs import Programs
from ai_api.local.refusal import LocalRefusal, disk_full, of_os_error
from ai_api.local.server_user import ServerUser

DATABASE = "ai_api"
ROLE = "ai_api"
SUPERUSER = "postgres"

_FREE_BYTES_MIN = 200_000_000
_UNFINISHED = "postgres.new-"
# The gateway's role owns its database and is nothing more, as in production; single-user mode reads one command a line.
_FIRST_COMMANDS = f"CREATE ROLE {ROLE} LOGIN;\nCREATE DATABASE {DATABASE} OWNER {ROLE};\n"


def exists(cluster: Path) -> bool:
    """Tells whether there is a finished cluster. Raises LocalRefusal when something else is in its place."""
    if (cluster / "PG_VERSION").exists():
        return True
    if cluster.is_symlink() or (cluster.exists() and (not cluster.is_dir() or any(cluster.iterdir()))):
        raise LocalRefusal(f"{cluster} is not a whole Postgres folder; restore it from a backup, or move it away.")
    return False


def check_version(cluster: Path, programs: Programs) -> None:
    """Raises LocalRefusal when another major Postgres made this cluster."""
    made_by = (cluster / "PG_VERSION").read_text(encoding="ascii", errors="replace").strip()
    if made_by == str(programs.major):
        return
    newer = made_by.isdecimal() and int(made_by) > programs.major
    remedy = "upgrade ai-api" if newer else f"export it with Postgres {made_by}'s pg_dump"
    raise LocalRefusal(
        f"{cluster} was made by Postgres {made_by} and this build brings Postgres {programs.major}; "
        f"{remedy}, or choose another data folder."
    )


def sweep(cluster: Path) -> None:
    """Removes what a run that was killed in the middle of `make` left behind."""
    for unfinished in cluster.parent.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(unfinished, ignore_errors=True)  # only costs space; its maker may still be writing, and will fail


def make(cluster: Path, programs: Programs, user: ServerUser, *, durable: bool) -> None:
    """Makes a cluster with its role and database beside its place and moves it there when it is whole.

    UTF8, sorted by code point, upper and lower case of all languages; the rules are Postgres' own, so no locale of the
    machine matters. Whoever can reach the socket may connect, and only the folder's owner can: there is no password.
    Raises LocalRefusal, also when the disk is nearly full.
    """
    if shutil.disk_usage(cluster.parent).free < _FREE_BYTES_MIN:
        raise disk_full(cluster.parent)
    work = cluster.with_name(f"{_UNFINISHED}{secrets.token_hex(4)}")
    try:
        work.mkdir(mode=0o700)
        user.own(work)
        postgres_programs.run(user, programs.initdb, *_initdb_options(durable=durable), "-D", str(work))
        options = ["--single", "-c", f"fsync={'on' if durable else 'off'}", "-D", str(work), "template1"]
        postgres_programs.run(user, programs.postgres, *options, stdin=_FIRST_COMMANDS)
        if cluster.is_dir():
            cluster.rmdir()
        work.rename(cluster)
        private_files.sync_folder(cluster.parent)
    except OSError as error:
        shutil.rmtree(work, ignore_errors=True)  # the reason is already on its way up
        raise of_os_error(error, action="make a database in", path=cluster.parent) from error
    except LocalRefusal:
        shutil.rmtree(work, ignore_errors=True)  # likewise
        raise


def _initdb_options(*, durable: bool) -> list[str]:
    return [
        f"--username={SUPERUSER}",
        "--auth-local=trust",
        "--auth-host=reject",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-instructions",
        *([] if durable else ["--no-sync"]),
    ]
