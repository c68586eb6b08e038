"""``python -m koubai`` is the command ``koubai``."""

from koubai.cli import main

if __name__ == "__main__":
    main()
