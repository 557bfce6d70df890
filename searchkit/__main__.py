"""`python -m searchkit` runs the command line."""

from searchkit.cli import main

if __name__ == "__main__":
    main()
