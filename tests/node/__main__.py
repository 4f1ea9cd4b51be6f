"""``python -m tests.node``: install the npm packages of the checks."""

from tests.node import install

if __name__ == "__main__":
    install()
