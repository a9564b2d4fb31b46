"""Run the command line as ``python -m parvis``."""

from parvis.config.cli import main

if __name__ == "__main__":
    main()
