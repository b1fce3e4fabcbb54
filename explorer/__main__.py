"""``python -m explorer``: the same as the command ``layerflight``."""

from explorer.app.cli import main

if __name__ == "__main__":
    main()
