"""GuideLLM's own command, with masque among its sources of data: also in the processes that it starts, which import this module again."""

from guidellm.cli import cli

import masque.guidellm  # noqa: F401

if __name__ == "__main__":
    cli()
