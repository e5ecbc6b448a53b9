"""`python -m infra.local`: refuses kindly where it cannot run, before anything is imported that would not."""

import os
import signal
import sys

if sys.version_info < (3, 11):  # noqa: UP036  said in words that an old Python can still read
    sys.exit("Python 3.11 or newer is needed, and this is %d.%d." % sys.version_info[:2])  # noqa: UP031  the same
if os.name != "posix":
    sys.exit("Opplev runs on Linux and macOS; on Windows, inside WSL.")
# While it loads, nothing has been started that must be stopped; an exception here could be swallowed by an import.
signal.signal(signal.SIGINT, lambda *_: os._exit(0))
try:
    import chalice  # noqa: F401  the first of what must be installed
except ImportError:
    sys.exit("Opplev's requirements are not installed here; `make run` installs them and starts it.")

from infra.local.cli import main  # noqa: E402  only now is it known to load

sys.exit(main())
