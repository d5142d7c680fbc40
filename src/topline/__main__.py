"""`python -m topline` is the command `topline`."""

from topline.cli import main

if __name__ == "__main__":
    main()
